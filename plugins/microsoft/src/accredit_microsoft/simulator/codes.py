"""The codes of the simulated Microsoft: good once, for ten minutes.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from accredit.testing import CodeBinding, CodeProblem, Codes, Person, Sample, person
from accredit_microsoft.simulator.tokens import CLIENT_ID, expected_claims

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample app, of the platform "web"."""
VERIFIER: Final = "sim-microsoft-verifier-of-the-app-that-has-begun-it"
"""That of the samples."""
LIVES_S: Final = 600
REFUSALS: Final[Mapping[CodeProblem, int]] = {
    "unknown": 9002313,
    "used": 54005,
    "expired": 70008,
    "redirect_uri": 500112,
    "verifier": 501481,
}
"""The number of AADSTS for each thing that can be wrong; which is another app's, nobody has published.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""


@dataclass(frozen=True, slots=True)
class Login:
    """What a code is exchanged for. Where the login was begun without `openid` there comes no ID token of it."""

    owner: Person
    openid: bool = True


def binding(verifier: str | None = VERIFIER) -> CodeBinding:
    """Return what a login at our app was begun with; None is without PKCE."""
    return CodeBinding(client_id=CLIENT_ID, redirect_uri=CALLBACK, code_verifier=verifier)


def code_samples(codes: Codes[Login]) -> Iterator[Sample]:
    """Yield a good code, and one for each refusal."""
    ada = person("ada")
    refused = dict.fromkeys(REFUSALS, "invalid_token")
    return codes.fix_samples("1.sim-code-{}-ada", Login(ada), binding(), claims=expected_claims(ada), refused=refused)
