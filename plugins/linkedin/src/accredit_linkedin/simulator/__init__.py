"""A faithful LinkedIn: introspection, userinfo and the keys of ID tokens, with fixed access tokens."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, IdTokenIssuer, Person, Sample, Simulator, person, plain
from accredit_linkedin.simulator import answers
from accredit_linkedin.simulator.id_tokens import id_token_samples, make_claims
from accredit_linkedin.simulator.tokens import (
    CLIENT_ID,
    CLIENT_SECRET,
    CODE_LIFE_S,
    LIFE_S,
    REDIRECT_URI,
    cases,
    expected_claims,
)

LOGIN = CodeBinding(client_id=CLIENT_ID, redirect_uri=REDIRECT_URI)
"""What every login at our sample app was begun with."""
_BEARER = re.compile(r"(?i:bearer) +(.+)")
_FORM = "application/x-www-form-urlencoded"


class LinkedInSimulator(Simulator):
    """LinkedIn, as far as our strategy can see."""

    strategy = "linkedin"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self._cases = tuple(cases())
        self._tokens = {case.access_token: case.token for case in self._cases}
        self.codes: Codes[Person] = Codes("AQTsim-code-{}", lives_s=CODE_LIFE_S, clock=clock)
        ada = person("ada")
        self._code_samples = tuple(
            self.codes.fix_samples("AQTsim-code-{}-ada", ada, LOGIN, claims=expected_claims(ada))
        )
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, make_claims)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [REDIRECT_URI],
            "token_url": f"{base_url}/oauth/v2/accessToken",
            "introspection_url": f"{base_url}/oauth/v2/introspectToken",
            "userinfo_url": f"{base_url}/v2/userinfo",
            "jwks_url": f"{base_url}/oauth/openid/jwks",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return LinkedIn's endpoints."""
        return [
            Route("/oauth/v2/accessToken", self._exchange, methods=["POST"]),
            Route("/oauth/v2/introspectToken", self._introspect, methods=["POST"]),
            Route("/v2/userinfo", self._userinfo, methods=["GET"]),
            Route("/oauth/openid/jwks", self._keys, methods=["GET"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return every access token, ID tokens minted now, and codes."""
        fixed = [
            Sample(
                name=case.name,
                about=case.about,
                parameters={"access_token": case.access_token},
                expected=case.expected,
                claims=case.claims,
                is_foreign=case.is_foreign,
            )
            for case in self._cases
        ]
        return [*fixed, *id_token_samples(self.id_tokens), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self.codes.fresh(sample)

    async def _exchange(self, request: Request) -> Response:
        given = await _form(request)
        if given is None:
            return answers.NOT_A_FORM.response()
        if not {"grant_type", "code", "client_id", "client_secret", "redirect_uri"} <= given.keys():
            return answers.NO_PARAMETER.response()
        if (given["client_id"], given["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return answers.INVALID_CLIENT.response()
        if given["grant_type"] != "authorization_code":
            return answers.INVALID_GRANT.response()
        try:
            someone = self.codes.redeem(
                given["code"], CodeBinding(client_id=CLIENT_ID, redirect_uri=given["redirect_uri"])
            )
        except CodeRefused:  # one answer for all that can be wrong
            return answers.INVALID_GRANT.response()
        return JSONResponse(
            {
                "access_token": f"AQXsim-good-{someone.key}",
                "expires_in": LIFE_S,
                "scope": "email,openid,profile",
                "token_type": "Bearer",
                "id_token": self.id_tokens.mint(someone),
            }
        )

    async def _introspect(self, request: Request) -> Response:
        given = await _form(request)
        if given is None:
            return answers.NOT_A_FORM.response()
        if not {"client_id", "client_secret", "token"} <= given.keys():
            return answers.NO_PARAMETER.response()
        if (given["client_id"], given["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return answers.INVALID_CLIENT.response()
        token = self._tokens.get(plain(given["token"]))
        if token is None:
            return answers.INACTIVE.response()
        if token.on_introspect is not None:
            return token.on_introspect.response()
        return JSONResponse(token.introspection(int(self.clock())))

    async def _userinfo(self, request: Request) -> Response:
        match = _BEARER.fullmatch(request.headers.get("authorization", ""))
        if match is None:
            return answers.EMPTY_TOKEN.response()
        token = self._tokens.get(plain(match[1]))
        if token is None:
            return answers.INVALID_TOKEN.response()
        return JSONResponse(token.userinfo()) if token.on_userinfo is None else token.on_userinfo.response()

    async def _keys(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()


async def _form(request: Request) -> dict[str, str] | None:
    """Return the parameters that are there once; None where the body is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        return None
    form = parse_qs((await request.body()).decode("latin-1"))
    return {name: values[0] for name, values in form.items() if len(values) == 1}
