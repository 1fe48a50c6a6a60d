"""The codes of the simulated Apple: good once, for five minutes."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from accredit.testing import ACCEPTED, Person, Sample, person
from accredit_apple.simulator.team import BUNDLE_ID, FOREIGN, REDIRECT_URI, SERVICES_ID
from accredit_apple.simulator.tokens import expected_claims

LIFE_S = 300
"""Source: https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens"""
VERIFIER: Final = "sim-apple-verifier-of-a-login-in-the-web-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code stands for: a login at one of our ids, with whatever it has begun with.

    `claims` are those of the ID token that differ from the usual ones; `ends_at` is in epoch seconds.
    """

    person: Person
    client_id: str
    redirect_uri: str | None
    challenge: str | None
    ends_at: float
    claims: dict[str, object] = field(default_factory=dict)

    def is_good(self, *, redirect_uri: str | None, verifier: str | None, now: float) -> bool:
        """Tell whether it lives, and the caller knows what the login has begun with; of a native app that is nothing.

        A verifier where there was no challenge is refused, as a challenge without a verifier is.
        """
        shown = None if verifier is None else s256(verifier)
        return now < self.ends_at and (redirect_uri, shown) == (self.redirect_uri, self.challenge)


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def fixed(someone: Person) -> str:
    """Return the code of a login in the native app that is shown on the simulator's page."""
    return f"csim-code-{someone.key}"


def begun(name: str) -> dict[str, Any]:
    """Return how the login has begun whose code the sample `name` is, as `new_code` takes it."""
    match name:
        case "code-web-ada":
            return {"client_id": SERVICES_ID, "redirect_uri": REDIRECT_URI, "verifier": VERIFIER}
        case "code-foreign_app-ada":
            return {"client_id": FOREIGN}
        case _:
            return {}


def code_samples() -> Iterator[Sample]:
    """Yield a sample of each kind of code. Each is good once: `AppleSimulator.fresh` returns another one."""
    ada = person("ada")
    native = {"code": fixed(ada), "apple_client_id": BUNDLE_ID}
    web = {
        "code": "csim-web-ada",
        "apple_client_id": SERVICES_ID,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    claims = expected_claims(ada)
    yield Sample(name="code-ada", about="of the native app", parameters=native, expected=ACCEPTED, claims=claims)
    yield Sample(name="code-web-ada", about="of the web app", parameters=web, expected=ACCEPTED, claims=claims)
    yield Sample(
        name="code-foreign_app-ada",
        about="of another app, which Apple itself refuses",
        parameters={"code": "csim-foreign-ada", "apple_client_id": BUNDLE_ID},
        expected="invalid_token",
        is_foreign=True,
    )
