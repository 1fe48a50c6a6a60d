"""The codes of the simulated Microsoft, good once, and how they are refused."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse, Response

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


def refused(word: str, number: int, *, status: int = 400) -> Response:
    """Return a refusal.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
    """
    return JSONResponse(
        {
            "error": word,
            "error_description": f"AADSTS{number}: upstream text. Trace ID: sim Correlation ID: sim",
            "error_codes": [number],
            "timestamp": "2027-01-15 08:00:00Z",
            "trace_id": "00000000-51b0-4000-8000-000000000001",
            "correlation_id": "00000000-51b0-4000-8000-000000000002",
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        },
        status,
    )


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
