"""A faithful LINE: `verify`, `profile`, `userinfo`, the exchange of codes and the keys of ID tokens."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import IdTokenIssuer, Sample, Simulator, plain
from accredit_line.simulator import answers
from accredit_line.simulator.answers import Answer
from accredit_line.simulator.codes import CALLBACK, Code, misasked
from accredit_line.simulator.id_tokens import beside_samples, id_token_samples, make_claims
from accredit_line.simulator.tokens import CHANNEL_ID, CHANNEL_SECRET, LIFE_S, Token, cases, picture, user_id


class LineSimulator(Simulator):
    """LINE, as far as our strategy can see."""

    strategy = "line"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self._cases = tuple(cases())
        self._tokens = {case.access_token: case.token for case in self._cases}
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, make_claims, algorithm="ES256")
        self.web_id_tokens = IdTokenIssuer(clock, make_claims, secret=CHANNEL_SECRET)
        """ID tokens of web logins, signed with the channel's secret."""
        self._codes: dict[str, Code] = {}
        self._numbers = itertools.count(1)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of a channel that is used by apps."""
        return {
            "channel_id": CHANNEL_ID,
            "channel_secret": CHANNEL_SECRET,
            "redirect_uris": [CALLBACK],
            "api_url": base_url,
            "jwks_url": f"{base_url}/oauth2/v2.1/certs",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return LINE's endpoints."""
        return [
            Route("/oauth2/v2.1/verify", self._verify, methods=["GET"]),
            Route("/oauth2/v2.1/token", self._exchange, methods=["POST"]),
            Route("/v2/profile", self._profile, methods=["GET"]),
            Route("/oauth2/v2.1/userinfo", self._userinfo, methods=["GET", "POST"]),
            Route("/oauth2/v2.1/certs", self._certs, methods=["GET"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return every access token, and ID tokens minted now."""
        fixed = [
            Sample(
                name=case.name,
                about=case.about,
                parameters={"access_token": case.access_token},
                expected=case.expected,
                claims=case.claims,
            )
            for case in self._cases
        ]
        both = beside_samples(self.id_tokens)
        return [*fixed, *id_token_samples(self.id_tokens, self.web_id_tokens), *both]

    def new_code(
        self, token: str, *, verifier: str | None = None, error: str | None = None, nonce: str | None = None
    ) -> str:
        """Return a code that is exchanged once for `token` within ten minutes, or refused as `error`.

        With a `verifier` the login was begun by PKCE, with its S256 challenge.
        """
        value = f"sim-code-{next(self._numbers)}"
        self._codes[value] = Code.issued(
            token, self._tokens[token], now=self.clock(), verifier=verifier, error=error, nonce=nonce
        )
        return value

    async def _exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        return (misasked(form) or self._exchanged(form)).response()

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        code = self._codes.pop(plain(form["code"]), None)
        if code is None or not code.is_good(self.clock(), form.get("code_verifier")):
            return answers.exchange_refused("invalid_grant")
        if code.error is not None:
            return answers.exchange_refused(code.error)
        said: dict[str, Any] = {
            "access_token": code.access_token,
            "expires_in": LIFE_S,
            "refresh_token": "sim-refresh",
            "scope": code.token.scope,
            "token_type": "Bearer",
        }
        if "openid" in code.token.scope.split():
            # Who does not ask for a key gets the secret's signature: it is a web login.
            issuer = self.id_tokens if form.get("id_token_key_type") == "JWK" else self.web_id_tokens
            said["id_token"] = issuer.mint(code.token.person, changes={"nonce": code.nonce})
        return Answer(200, said)

    async def _verify(self, request: Request) -> Response:
        value = request.query_params.get("access_token")  # nowhere else
        if not value:
            return answers.NO_TOKEN.response()
        token = self._tokens.get(plain(value))
        if token is None:
            return answers.INVALID.response()
        if token.verify is not None:
            return token.verify.response()
        body = {"scope": token.scope, "client_id": token.channel_id, "expires_in": LIFE_S, **token.granted}
        return JSONResponse(body)

    async def _profile(self, request: Request) -> Response:
        token = self._bearer(request)
        if token is None:
            return answers.UNAUTHORIZED.response()
        if token.profile is not None:
            return token.profile.response()
        if "profile" not in token.scope.split():
            return answers.FORBIDDEN.response()
        one = token.person
        said = {"userId": user_id(one), "displayName": one.name, "pictureUrl": picture(one), **token.user}
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    async def _userinfo(self, request: Request) -> Response:
        token = self._bearer(request)
        if token is None:
            return answers.UNAUTHORIZED.response()
        if token.userinfo is not None:
            return token.userinfo.response()
        scopes = token.scope.split()
        if "openid" not in scopes:
            return answers.FORBIDDEN.response()
        said: dict[str, Any] = {"sub": user_id(token.person)}
        if "profile" in scopes:
            said |= {"name": token.person.name, "picture": picture(token.person)}
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    async def _certs(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()

    def _bearer(self, request: Request) -> Token | None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        return self._tokens.get(plain(value)) if scheme.lower() == "bearer" else None
