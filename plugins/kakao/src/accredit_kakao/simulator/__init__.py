"""A faithful Kakao: `access_token_info`, `user/me` and the keys of ID tokens, with fixed access tokens."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import IdTokenIssuer, Sample, Simulator, plain
from accredit_kakao.simulator import answers
from accredit_kakao.simulator.answers import Answer
from accredit_kakao.simulator.id_tokens import id_token_samples, make_claims
from accredit_kakao.simulator.tokens import APP_ID, LIFE_S, NATIVE_KEY, REST_KEY, Token, account, cases


class KakaoSimulator(Simulator):
    """Kakao, as far as our strategy can see."""

    strategy = "kakao"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self._cases = tuple(cases())
        self._tokens = {case.access_token: case.token for case in self._cases}
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, make_claims)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "app_id": str(APP_ID),
            "app_keys": [NATIVE_KEY, REST_KEY],
            "api_url": base_url,
            "jwks_url": f"{base_url}/.well-known/jwks.json",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Kakao's endpoints."""
        return [
            Route("/v1/user/access_token_info", self._info, methods=["GET"]),
            Route("/v2/user/me", self._me, methods=["GET", "POST"]),
            Route("/.well-known/jwks.json", self._keys, methods=["GET"]),
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
        return [*fixed, *id_token_samples(self.id_tokens)]

    async def _info(self, request: Request) -> Response:
        token = self._bearer(request)
        if isinstance(token, Answer):
            return token.response()
        if token.on_info is not None:
            return token.on_info.response()
        said = {"id": token.person.number, "expires_in": LIFE_S, "app_id": token.app_id, **token.info}
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    async def _me(self, request: Request) -> Response:
        token = self._bearer(request)
        if isinstance(token, Answer):
            return token.response()
        if token.on_me is not None:
            return token.on_me.response()
        one = token.person
        said = {
            "id": one.number,
            "connected_at": "2026-01-01T00:00:00Z",
            "properties": {"nickname": one.screen_name},
            "kakao_account": {**account(one), **token.account},
            **token.me,
        }
        return JSONResponse(said)

    async def _keys(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()

    def _bearer(self, request: Request) -> Token | Answer:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return answers.NO_TOKEN
        return self._tokens.get(plain(value), answers.GONE)
