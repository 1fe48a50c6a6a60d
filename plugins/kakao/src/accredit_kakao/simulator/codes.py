"""The codes of the simulated Kakao: good once, for ten minutes."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accredit_kakao.simulator import answers
from accredit_kakao.simulator.answers import Answer
from accredit_kakao.simulator.tokens import CLIENT_SECRET, REST_KEY, Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample app."""
_LIVES_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, and the tokens that it is exchanged for. `challenge` is that of PKCE, where the login began with one."""

    access_token: str
    token: Token
    ends_at: float
    challenge: str | None
    error: Answer | None
    with_id_token: bool
    nonce: str | None

    @classmethod
    def issued(
        cls,
        access_token: str,
        token: Token,
        *,
        now: float,
        verifier: str | None,
        error: Answer | None,
        with_id_token: bool,
        nonce: str | None,
    ) -> "Code":
        """Make one; `now` is in epoch seconds."""
        return cls(
            access_token=access_token,
            token=token,
            ends_at=now + _LIVES_S,
            challenge=None if verifier is None else s256(verifier),
            error=error,
            with_id_token=with_id_token,
            nonce=nonce,
        )

    def is_good(self, now: float, verifier: str | None) -> bool:
        """Tell whether it lives, and whether the verifier is that of the login; without PKCE there is none to be."""
        shown = None if verifier is None else s256(verifier)
        return now < self.ends_at and (self.challenge is None or shown == self.challenge)


def misasked(form: Mapping[str, str]) -> Answer | None:
    """Return why an exchange is refused before its code is looked at."""
    if form.get("grant_type") != "authorization_code" or not {"client_id", "code", "redirect_uri"} <= form.keys():
        return answers.exchange_refused("invalid_request", "KOE001")
    if form["client_id"] != REST_KEY:
        return answers.exchange_refused("invalid_client", "KOE101", 401)
    if form.get("client_secret") != CLIENT_SECRET:
        return answers.exchange_refused("invalid_client", "KOE010", 401)
    return answers.exchange_refused("invalid_grant", "KOE303") if form["redirect_uri"] != CALLBACK else None


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
