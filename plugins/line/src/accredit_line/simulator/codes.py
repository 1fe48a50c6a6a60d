"""The codes of the simulated LINE: good once, for ten minutes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from accredit.testing import ACCEPTED, CodeBinding, Codes, Sample, person
from accredit_line.simulator import answers
from accredit_line.simulator.answers import Answer
from accredit_line.simulator.tokens import CHANNEL_ID, CHANNEL_SECRET, Case, Token, expected_claims

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample channel."""
VERIFIER: Final = "sim-line-verifier-of-the-app-that-has-begun-it"
"""That of the samples."""
LIVES_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The tokens that a code is exchanged for: by the scope openid an ID token, too, with or without a `nonce`."""

    access_token: str
    token: Token
    nonce: str | None = None


def binding(verifier: str | None = VERIFIER) -> CodeBinding:
    """Return what a login at our channel was begun with; None is without PKCE."""
    return CodeBinding(client_id=CHANNEL_ID, redirect_uri=CALLBACK, code_verifier=verifier)


def code_samples(codes: Codes[Grant], good: Case) -> Iterator[Sample]:
    """Yield codes that are exchanged for good tokens, with an ID token and without, and one for each refusal."""
    grant = Grant(access_token=good.access_token, token=good.token)
    claims = expected_claims(person("ada"), email=True)
    yield from codes.fix_samples("sim-code-{}-ada", grant, binding(), claims=claims)
    code = "sim-code-plain-ada"
    codes.fix(code, replace(grant, token=replace(good.token, scope="profile")), binding())
    yield Sample(
        name="code-plain-ada",
        about="a code of a login without the scope openid",
        parameters={"code": code, **binding().parameters()},
        expected=ACCEPTED,
        claims=good.claims,
    )


def misasked(form: Mapping[str, str]) -> Answer | None:
    """Return why an exchange is refused before its code is looked at."""
    if form.get("grant_type") != "authorization_code":
        return answers.exchange_refused("unsupported_grant_type")
    if not {"client_id", "client_secret", "code", "redirect_uri"} <= form.keys():
        return answers.exchange_refused("invalid_request")
    if (form["client_id"], form["client_secret"]) != (CHANNEL_ID, CHANNEL_SECRET):
        return answers.exchange_refused("invalid_client")
    return None
