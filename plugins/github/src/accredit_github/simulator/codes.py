"""The codes of the simulated GitHub: good once, for ten minutes."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from accredit_github.simulator.tokens import Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered callback URL of our sample app."""
_LIVES_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, and the token that it is exchanged for. `challenge` is that of PKCE, where the login began with one."""

    token: Token
    ends_at: float
    challenge: str | None
    error: str | None

    @classmethod
    def issued(cls, token: Token, *, now: float, verifier: str | None, error: str | None) -> "Code":
        """Make one; `now` is in epoch seconds."""
        return cls(
            token=token,
            ends_at=now + _LIVES_S,
            challenge=None if verifier is None else s256(verifier),
            error=error,
        )

    def is_good(self, now: float, verifier: str | None) -> bool:
        """Tell whether it lives, and whether the verifier is that of the login; without PKCE there is none to be."""
        shown = None if verifier is None else s256(verifier)
        return now < self.ends_at and (self.challenge is None or shown == self.challenge)

    def answer(self) -> dict[str, Any]:
        """Return what comes of it. The tokens of GitHub Apps end, and come with one to refresh them by."""
        answer: dict[str, Any] = {
            "access_token": self.token.value,
            "scope": ",".join(self.token.scopes),
            "token_type": "bearer",
        }
        if self.token.prefix == "ghu_":
            refresh = {"refresh_token": "ghr_sim_refresh", "refresh_token_expires_in": 15_897_600}
            answer = {**answer, "expires_in": 28_800, **refresh}
        return answer


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
