"""The codes of the simulated provider: good once, for a minute, to whoever began the login."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from accredit.testing import CodeBinding, Codes, Person, Sample, person
from accredit_oidc.simulator.tokens import CLIENT_ID, user_of

REDIRECT_URI: Final = "com.example.app:/oidc"
VERIFIER: Final = "oidc-sample-verifier-of-the-app-that-began-the-login"
"""That of the samples."""
LIVES_S: Final = 60


@dataclass(frozen=True, slots=True)
class Login:
    """What a code is exchanged for: the tokens of its `owner`, the ID token with a `nonce` or without."""

    owner: Person
    nonce: str | None = None


def binding(verifier: str | None = VERIFIER, client_id: str = CLIENT_ID) -> CodeBinding:
    """Return what a login was begun with; None is without PKCE."""
    return CodeBinding(client_id=client_id, redirect_uri=REDIRECT_URI, code_verifier=verifier)


def code_samples(codes: Codes[Login]) -> Iterator[Sample]:
    """Yield a code of Ada's, and one for each refusal."""
    user = user_of(person("ada"))
    claims = {"sub": f"oidc|{user['sub']}", "name": user["name"], "email": user["email"], "email_verified": True}
    return codes.fix_samples("oidc-sim-code-{}-ada", Login(person("ada")), binding(), claims=claims)


def at_hash(access_token: str) -> str:
    """Return what an ID token by RS256 says of the access token beside it. Source: Core 1.0 section 3.1.3.6."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()
