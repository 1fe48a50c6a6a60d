"""A faithful LINE: `verify`, `profile`, `userinfo`, the exchange of codes and the keys of ID tokens."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, IdTokenIssuer, Sample, Simulator, plain
from accredit_line.simulator import answers
from accredit_line.simulator.answers import Answer
from accredit_line.simulator.codes import CALLBACK, LIVES_S, Grant, binding, code_samples, misasked
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
        self.deauthorized: set[str] = set()
        """Who has granted nothing to our channel any more: keys of persons."""
        self._channel_tokens: set[str] = set()
        self._codes: Codes[Grant] = Codes("sim-code-{}", lives_s=LIVES_S, clock=clock)
        self._code_samples = tuple(code_samples(self._codes, self._cases[0]))

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
            Route("/oauth2/v3/token", self._channel_token, methods=["POST"]),
            Route("/user/v1/deauthorize", self._deauthorize, methods=["POST"]),
            Route("/v2/profile", self._profile, methods=["GET"]),
            Route("/oauth2/v2.1/userinfo", self._userinfo, methods=["GET", "POST"]),
            Route("/oauth2/v2.1/certs", self._certs, methods=["GET"]),
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
            )
            for case in self._cases
        ]
        signed = (*id_token_samples(self.id_tokens, self.web_id_tokens), *beside_samples(self.id_tokens))
        return [*fixed, *signed, *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def new_code(self, token: str, *, verifier: str | None = None, nonce: str | None = None) -> str:
        """Return a code that is exchanged once for `token` within ten minutes; by default of a login without PKCE."""
        grant = Grant(access_token=token, token=self._tokens[token], nonce=nonce)
        return self._codes.new(grant, binding(verifier))

    async def _exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        return (misasked(form) or self._exchanged(form)).response()

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        verifier = form.get("code_verifier")
        shown = CodeBinding(client_id=form["client_id"], redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            grant = self._codes.redeem(form["code"], shown)
        except CodeRefused:
            return answers.exchange_refused("invalid_grant")
        said: dict[str, Any] = {
            "access_token": grant.access_token,
            "expires_in": LIFE_S,
            "refresh_token": "sim-refresh",
            "scope": grant.token.scope,
            "token_type": "Bearer",
        }
        if "openid" in grant.token.scope.split():
            # Who does not ask for a key gets the secret's signature: it is a web login.
            issuer = self.id_tokens if form.get("id_token_key_type") == "JWK" else self.web_id_tokens
            said["id_token"] = issuer.mint(grant.token.person, changes={"nonce": grant.nonce})
        return Answer(200, said)

    async def _verify(self, request: Request) -> Response:
        value = request.query_params.get("access_token")  # nowhere else
        if not value:
            return answers.NO_TOKEN.response()
        token = self._live(plain(value))
        if token is None:
            return answers.INVALID.response()
        if token.verify is not None:
            return token.verify.response()
        body = {"scope": token.scope, "client_id": token.channel_id, "expires_in": LIFE_S, **token.granted}
        return JSONResponse(body)

    async def _channel_token(self, request: Request) -> Response:
        """Issue a stateless token of the channel."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if form.get("grant_type") != "client_credentials":
            return answers.exchange_refused("unsupported_grant_type").response()
        if (form.get("client_id"), form.get("client_secret")) != (CHANNEL_ID, CHANNEL_SECRET):
            return answers.exchange_refused("invalid_client").response()
        value = f"eyJhbGciOiJIUzI1NiJ9.sim-channel-{len(self._channel_tokens) + 1}.line"
        self._channel_tokens.add(value)
        return JSONResponse({"token_type": "Bearer", "access_token": value, "expires_in": 900})

    async def _deauthorize(self, request: Request) -> Response:
        """Take back what the user of a token has granted to our channel, for whoever shows the channel's token."""
        scheme, _, ours = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or ours not in self._channel_tokens:
            return answers.UNAUTHORIZED.response()
        try:
            value = json.loads(await request.body())["userAccessToken"]
        except (ValueError, KeyError, TypeError):
            return answers.BAD_REQUEST.response()
        token = self._live(value) if isinstance(value, str) else None
        if token is None or token.channel_id != CHANNEL_ID:
            return answers.INVALID_USER_TOKEN.response()
        self.deauthorized.add(token.person.key)
        return Response(status_code=204)

    def _live(self, value: str) -> Token | None:
        token = self._tokens.get(value)
        is_gone = token is not None and token.channel_id == CHANNEL_ID and token.person.key in self.deauthorized
        return None if is_gone else token

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
        return self._live(plain(value)) if scheme.lower() == "bearer" else None
