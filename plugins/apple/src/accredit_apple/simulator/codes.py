"""The codes of the simulated Apple: good once, for five minutes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from accredit.testing import ACCEPTED, CodeBinding, CodeProblem, Codes, Person, Sample, person
from accredit_apple.simulator import answers
from accredit_apple.simulator.answers import Answer
from accredit_apple.simulator.team import BUNDLE_ID, REDIRECT_URI, SERVICES_ID
from accredit_apple.simulator.tokens import expected_claims

LIFE_S = 300
"""Source: https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens"""
VERIFIER: Final = "sim-apple-verifier-of-a-login-in-the-web-app"
NATIVE: Final = CodeBinding(client_id=BUNDLE_ID)
"""A login in the native app is begun with nothing else."""
WEB: Final = CodeBinding(client_id=SERVICES_ID, redirect_uri=REDIRECT_URI, code_verifier=VERIFIER)
_REFUSALS: Mapping[CodeProblem, Answer] = {"used": answers.USED_CODE, "client": answers.FOREIGN_CODE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a code is exchanged for; `claims` are those of the ID token that differ from the usual ones."""

    person: Person
    claims: Mapping[str, object] = field(default_factory=dict)


def fixed(someone: Person) -> str:
    """Return the code of a login in the native app that is shown on the simulator's page."""
    return f"csim-code-{someone.key}"


def code_samples(codes: Codes[Login]) -> Iterator[Sample]:
    """Yield a code of each app, and one of the web app's for each refusal."""
    ada = person("ada")
    claims, more = expected_claims(ada), {"apple_client_id": SERVICES_ID}
    yield from codes.fix_samples("csim-web-{}-ada", Login(person=ada), WEB, claims=claims, more=more)
    yield Sample(
        name="code-native-ada",
        about="a code of the native app",
        parameters={"code": fixed(ada), "apple_client_id": BUNDLE_ID},
        expected=ACCEPTED,
        claims=claims,
    )


def refusal_of(why: CodeProblem) -> Answer:
    """Return in which words a code is refused."""
    return _REFUSALS.get(why, answers.INVALID_GRANT)
