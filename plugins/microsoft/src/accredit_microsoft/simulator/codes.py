"""The codes of the simulated Microsoft: good once, for ten minutes."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from accredit.testing import Person

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample app, of the platform "web"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, and whose tokens it is exchanged for. `challenge` is that of PKCE, where the login began with one."""

    owner: Person
    ends_at: float
    challenge: str | None
    error: tuple[str, int] | None
    openid: bool

    @classmethod
    def issued(
        cls, owner: Person, *, ends_at: float, verifier: str | None, error: tuple[str, int] | None, openid: bool
    ) -> "Code":
        """Make one; `ends_at` is in epoch seconds."""
        challenge = None if verifier is None else s256(verifier)
        return cls(owner=owner, ends_at=ends_at, challenge=challenge, error=error, openid=openid)

    def is_begun_with(self, verifier: str | None) -> bool:
        """Tell whether the verifier is that of the login; a login without PKCE has none to be."""
        return self.challenge is None or (verifier is not None and s256(verifier) == self.challenge)


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
