"""The codes of the simulated Naver: each good once, for ten minutes, with the state of its login.

How long a code lives, Naver does not say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from accredit.testing import CodeBinding, CodeRefused, Codes, Sample
from accredit_naver.simulator import answers
from accredit_naver.simulator.answers import Answer
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET, Login, logins

CALLBACK: Final = "https://app.example.com/naver"
"""The registered redirect of our sample app."""
VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
STATE: Final = "9kgsGTfH4j7IyAkg"
_LIVES_S: Final = 600
_BINDING: Final = CodeBinding(client_id=CLIENT_ID, redirect_uri=CALLBACK, code_verifier=VERIFIER)
_NEEDED: Final = frozenset({"grant_type", "client_id", "client_secret", "code", "state"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A login that was begun, and at which of the two APIs. `nonce` is that of its ID token."""

    login: Login
    state: str = STATE
    openid: bool = True
    nonce: str | None = None


class NaverCodes:
    """All there are: fixed ones as `sim-good-ada`, and new ones."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._codes = Codes[Begun]("sim-code-{}", lives_s=_LIVES_S, clock=clock)
        for login in logins():
            state = "another-state" if login.knob == "state" else STATE
            self._codes.fix(f"sim-{login.name}", Begun(login=login, state=state), _BINDING, problem=login.problem)

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample with another code of its name."""
        return self._codes.fresh(sample)

    def new(self, begun: Begun, *, verifier: str | None) -> str:
        """Return a new code. With a `verifier` the login was begun with its S256 challenge."""
        return self._codes.new(begun, replace(_BINDING, code_verifier=verifier))

    def redeem(self, form: Mapping[str, str], *, openid: bool) -> Begun | Answer:
        """Return whose code it is, or how it is refused, at one of the two APIs.

        An app that does not exist, or has another secret, is refused in other words by each of them.
        """
        if not form.keys() >= _NEEDED:
            return answers.NO_PARAMETER
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return answers.INVALID_CLIENT if openid else answers.WRONG_PAIR
        if form["grant_type"] != "authorization_code":
            return answers.GRANT_TYPE
        shown = CodeBinding(
            client_id=form["client_id"],
            redirect_uri=form.get("redirect_uri", CALLBACK),  # no table of Naver's asks for it
            code_verifier=form.get("code_verifier") if openid else None,
        )
        try:
            begun = self._codes.redeem(form["code"], shown)
        except CodeRefused as refused:
            return answers.FOREIGN_CODE if refused.why == "client" else answers.DEAD_CODE
        return begun if (begun.state, begun.openid) == (form["state"], openid) else answers.DEAD_CODE


def sample_of(login: Login) -> Sample:
    """Return the fixed code of a situation as a sample."""
    return Sample(
        name=login.name,
        about=login.about,
        parameters={
            "code": f"sim-{login.name}",
            "code_verifier": VERIFIER,
            "redirect_uri": CALLBACK,
            "naver_state": STATE,
        },
        expected=login.expected,
        claims=login.claims,
        is_foreign=login.problem == "client",
    )
