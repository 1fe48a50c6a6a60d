"""The codes of the simulated provider: good once, for a minute, to whoever began the login."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accredit.testing import ACCEPTED, Person, Sample, person
from accredit_oidc.simulator.tokens import CLIENT_ID, PUBLIC_CLIENT_ID, user_of

REDIRECT_URI = "com.example.app:/oidc"
VERIFIER = "oidc-sample-verifier-of-the-app-that-began-the-login"
"""That of the samples."""
_LIFE_S = 60


@dataclass(frozen=True, slots=True)
class Code:
    """A code: whose login it is, by which app, and by which `verifier` and `nonce` that was begun, where it was."""

    owner: Person
    ends_at: float
    challenge: str | None
    nonce: str | None
    client_id: str

    @classmethod
    def issued(
        cls, owner: Person, *, now: float, verifier: str | None, nonce: str | None, client_id: str = CLIENT_ID
    ) -> "Code":
        """Return a code of now, in epoch seconds."""
        return cls(owner, now + _LIFE_S, None if verifier is None else challenge(verifier), nonce, client_id)

    def is_good(self, now: float, form: Mapping[str, str], client_id: str) -> bool:
        """Tell whether a client may have it. Source: RFC 6749 section 4.1.3; RFC 7636 section 4.6; RFC 9700 2.1.1."""
        verifier = form.get("code_verifier")
        stated = None if verifier is None else challenge(verifier)
        is_bound = stated is not None or client_id != PUBLIC_CLIENT_ID
        is_for = (form["redirect_uri"], stated, client_id) == (REDIRECT_URI, self.challenge, self.client_id)
        return now < self.ends_at and is_bound and is_for


def challenge(verifier: str) -> str:
    """Return the challenge S256. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def at_hash(access_token: str) -> str:
    """Return what an ID token by RS256 says of the access token beside it. Source: Core 1.0 section 3.1.3.6."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()


def code_samples() -> Iterator[Sample]:
    """Yield a code of Ada's, and one that is nobody's."""
    begun = {"code_verifier": VERIFIER, "redirect_uri": REDIRECT_URI}
    user = user_of(person("ada"))
    yield Sample(
        name="code-good-ada",
        about="a code, and the ID token and the profile that it is exchanged for",
        parameters={"code": "oidc-sim-code-ada", **begun},
        expected=ACCEPTED,
        claims={"sub": f"oidc|{user['sub']}", "name": user["name"], "email": user["email"], "email_verified": True},
    )
    yield Sample(
        name="code-none-ada",
        about="a code that was used, has expired or never was any",
        parameters={"code": "oidc-sim-none", **begun},
        expected="invalid_token",
    )
