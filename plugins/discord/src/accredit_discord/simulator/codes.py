"""The codes of the simulated Discord: good once, for a minute."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from accredit_discord.simulator.tokens import Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample application."""
_LIVES_S = 60


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
        """Return what comes of it."""
        return {
            "access_token": self.token.value,
            "token_type": "Bearer",
            "expires_in": 604_800,
            "refresh_token": f"{self.token.value}-refresh",
            "scope": " ".join(self.token.scopes),
        }


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
