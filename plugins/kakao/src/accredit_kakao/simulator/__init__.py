"""A faithful Kakao: `access_token_info`, `user/me`, the exchange of codes, keys of ID tokens, the unlink webhook."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, IdTokenIssuer, NoticeSample, Sample, Simulator, plain
from accredit_kakao.simulator import answers
from accredit_kakao.simulator.answers import Answer
from accredit_kakao.simulator.codes import CALLBACK, LIVES_S, Grant, binding, code_samples, misasked, refusal_of
from accredit_kakao.simulator.id_tokens import beside_samples, id_token_samples, make_claims
from accredit_kakao.simulator.notices import notice_samples
from accredit_kakao.simulator.tokens import (
    ADMIN_KEY,
    APP_ID,
    CLIENT_SECRET,
    LIFE_S,
    NATIVE_KEY,
    REST_KEY,
    Token,
    account,
    cases,
)


class KakaoSimulator(Simulator):
    """Kakao, as far as our strategy can see."""

    strategy = "kakao"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self._cases = tuple(cases())
        self._tokens = {case.access_token: case.token for case in self._cases}
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, make_claims)
        self.unlinked: set[str] = set()
        """Numbers of users who are not linked to our app any more."""
        self._codes: Codes[Grant] = Codes("sim-code-{}", lives_s=LIVES_S, clock=clock)
        self._code_samples = tuple(code_samples(self._codes, self._cases[0]))

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "app_id": str(APP_ID),
            "app_keys": [NATIVE_KEY, REST_KEY],
            "client_id": REST_KEY,
            "client_secret": CLIENT_SECRET,
            "admin_key": ADMIN_KEY,
            "redirect_uris": [CALLBACK],
            "api_url": base_url,
            "token_url": f"{base_url}/oauth/token",
            "jwks_url": f"{base_url}/.well-known/jwks.json",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Kakao's endpoints."""
        return [
            Route("/v1/user/access_token_info", self._info, methods=["GET"]),
            Route("/v2/user/me", self._me, methods=["GET", "POST"]),
            Route("/v1/user/unlink", self._unlink, methods=["POST"]),
            Route("/oauth/token", self._exchange, methods=["POST"]),
            Route("/.well-known/jwks.json", self._keys, methods=["GET"]),
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
        signed = (*id_token_samples(self.id_tokens), *beside_samples(self.id_tokens))
        return [*fixed, *signed, *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def notices(self) -> Sequence[NoticeSample]:
        """Return calls of the unlink webhook."""
        return list(notice_samples())

    def new_code(
        self, token: str, *, verifier: str | None = None, with_id_token: bool = True, nonce: str | None = None
    ) -> str:
        """Return a code that is exchanged once for `token` within ten minutes; by default of a login without PKCE.

        `with_id_token` is by the scope openid.
        """
        grant = Grant(access_token=token, token=self._tokens[token], with_id_token=with_id_token, nonce=nonce)
        return self._codes.new(grant, binding(verifier))

    async def _exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        return (misasked(form) or self._exchanged(form)).response()

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        verifier = form.get("code_verifier")
        shown = CodeBinding(client_id=form["client_id"], redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            grant = self._codes.redeem(form["code"], shown)
        except CodeRefused as refused:
            return refusal_of(refused.why)
        said: dict[str, Any] = {
            "token_type": "bearer",
            "access_token": grant.access_token,
            "expires_in": LIFE_S,
            "refresh_token": f"{grant.access_token}-refresh",
            "refresh_token_expires_in": 5_183_999,
        }
        if grant.with_id_token:
            said["id_token"] = self.id_tokens.mint(grant.token.person, changes={"aud": REST_KEY, "nonce": grant.nonce})
        return Answer(200, said)

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

    async def _unlink(self, request: Request) -> Response:
        """Unlink by our admin key alone; with a user's token nobody does it here."""
        if request.headers.get("authorization") != f"KakaoAK {ADMIN_KEY}":
            return answers.WRONG_KEY.response()
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        number = form.get("target_id", "")
        if form.get("target_id_type") != "user_id" or not (number.isascii() and number.isdecimal()):
            return answers.MALFORMED.response()
        ours = {str(case.token.person.number) for case in self._cases if case.token.app_id == APP_ID}
        if number not in ours - self.unlinked:
            return answers.NOT_JOINED.response()
        self.unlinked.add(number)
        return JSONResponse({"id": int(number)})

    async def _keys(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()

    def _bearer(self, request: Request) -> Token | Answer:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return answers.NO_TOKEN
        token = self._tokens.get(plain(value))
        is_unlinked = token is not None and token.app_id == APP_ID and str(token.person.number) in self.unlinked
        return answers.GONE if token is None or is_unlinked else token
