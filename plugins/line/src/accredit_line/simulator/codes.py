"""The codes of the simulated LINE: good once, for ten minutes."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accredit_line.simulator import answers
from accredit_line.simulator.answers import Answer
from accredit_line.simulator.tokens import CHANNEL_ID, CHANNEL_SECRET, Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample channel."""
_LIVES_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, and the tokens that it is exchanged for. `challenge` is that of PKCE, where the login began with one."""

    access_token: str
    token: Token
    ends_at: float
    challenge: str | None
    error: str | None
    nonce: str | None

    @classmethod
    def issued(
        cls, access_token: str, token: Token, *, now: float, verifier: str | None, error: str | None, nonce: str | None
    ) -> "Code":
        """Make one; `now` is in epoch seconds."""
        challenge = None if verifier is None else s256(verifier)
        ends_at = now + _LIVES_S
        return cls(
            access_token=access_token, token=token, ends_at=ends_at, challenge=challenge, error=error, nonce=nonce
        )

    def is_good(self, now: float, verifier: str | None) -> bool:
        """Tell whether it lives, and whether the verifier is that of the login; without PKCE there is none to be."""
        shown = None if verifier is None else s256(verifier)
        return now < self.ends_at and (self.challenge is None or shown == self.challenge)


def misasked(form: Mapping[str, str]) -> Answer | None:
    """Return why an exchange is refused before its code is looked at."""
    if form.get("grant_type") != "authorization_code":
        return answers.exchange_refused("unsupported_grant_type")
    if not {"client_id", "client_secret", "code", "redirect_uri"} <= form.keys():
        return answers.exchange_refused("invalid_request")
    if (form["client_id"], form["client_secret"]) != (CHANNEL_ID, CHANNEL_SECRET):
        return answers.exchange_refused("invalid_client")
    return answers.exchange_refused("invalid_grant") if form["redirect_uri"] != CALLBACK else None


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
