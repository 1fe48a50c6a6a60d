"""The codes of the simulated Kakao: good once, for ten minutes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from accredit.testing import ACCEPTED, CodeBinding, CodeProblem, Codes, Sample
from accredit_kakao.simulator import answers
from accredit_kakao.simulator.answers import Answer
from accredit_kakao.simulator.tokens import CLIENT_SECRET, REST_KEY, Case, Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample app."""
VERIFIER: Final = "sim-kakao-verifier-of-the-app-that-has-begun-it"
"""That of the samples."""
LIVES_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The tokens that a code is exchanged for: an ID token, with or without a `nonce`, comes by the scope openid."""

    access_token: str
    token: Token
    with_id_token: bool = True
    nonce: str | None = None


def binding(verifier: str | None = VERIFIER) -> CodeBinding:
    """Return what a login at our app was begun with; None is without PKCE."""
    return CodeBinding(client_id=REST_KEY, redirect_uri=CALLBACK, code_verifier=verifier)


def code_samples(codes: Codes[Grant], good: Case) -> Iterator[Sample]:
    """Yield codes that are exchanged for good tokens, with an ID token and without, and one for each refusal."""
    grant = Grant(access_token=good.access_token, token=good.token)
    yield from codes.fix_samples("sim-code-{}-ada", grant, binding(), claims=good.claims)
    code = "sim-code-plain-ada"
    codes.fix(code, replace(grant, with_id_token=False), binding())
    yield Sample(
        name="code-plain-ada",
        about="a code of a login without the scope openid",
        parameters={"code": code, **binding().parameters()},
        expected=ACCEPTED,
        claims=good.claims,
    )


def misasked(form: Mapping[str, str]) -> Answer | None:
    """Return why an exchange is refused before its code is looked at."""
    if form.get("grant_type") != "authorization_code" or not {"client_id", "code", "redirect_uri"} <= form.keys():
        return answers.exchange_refused("invalid_request", "KOE001")
    if form["client_id"] != REST_KEY:
        return answers.exchange_refused("invalid_client", "KOE101", 401)
    if form.get("client_secret") != CLIENT_SECRET:
        return answers.exchange_refused("invalid_client", "KOE010", 401)
    return None


def refusal_of(why: CodeProblem) -> Answer:
    """Return in which words a code is refused."""
    return answers.exchange_refused("invalid_grant", "KOE303" if why == "redirect_uri" else "KOE320")
