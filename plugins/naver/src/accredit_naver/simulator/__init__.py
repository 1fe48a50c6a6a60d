"""A faithful Naver: the exchange of codes at both APIs, `nid/me`, revocation, keys, and the disconnect callback."""

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import NoticeSample, Person, Sample, Simulator, plain
from accredit_naver.simulator import answers
from accredit_naver.simulator.answers import Answer
from accredit_naver.simulator.codes import CALLBACK, STATE, VERIFIER, Begun, NaverCodes, sample_of
from accredit_naver.simulator.id_tokens import issuer
from accredit_naver.simulator.notices import notice_samples
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET, Login, bearers, logins


class NaverSimulator(Simulator):
    """Naver, as far as our strategy can see."""

    strategy = "naver"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self._codes = NaverCodes(clock)
        self._tokens = {f"AAAAsim-{login.name}": login for login in bearers()}
        self.refresh_tokens: dict[str, str] = {}
        """Those that are good, each with the access token of its pair."""
        self._issuer = issuer(clock)
        self._numbers = itertools.count(1)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [CALLBACK],
            "api_url": base_url,
            "login_url": base_url,
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Naver's endpoints."""
        return [
            Route("/oauth2/token", self._openid_token, methods=["POST"]),
            Route("/oauth2.0/token", self._oauth_token, methods=["GET", "POST"]),
            Route("/oauth2.0/revoke", self._revoke, methods=["POST"]),
            Route("/oauth2/jwks", self._keys, methods=["GET"]),
            Route("/v1/nid/me", self._me, methods=["GET", "POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return every code, and the access tokens, which nothing binds to an app."""
        unbound = [
            Sample(
                name=f"bearer-{login.name}",
                about=login.about,
                parameters={"access_token": f"AAAAsim-{login.name}"},
                expected=login.expected,
                is_foreign=login.knob == "foreign",
            )
            for login in bearers()
        ]
        return [*map(sample_of, logins()), *unbound]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample with another code of its name; an access token as it is."""
        return self._codes.fresh(sample)

    def notices(self) -> Sequence[NoticeSample]:
        """Return calls of the disconnect callback."""
        return list(notice_samples(int(self.clock())))

    def new_code(
        self,
        someone: Person,
        *,
        verifier: str | None = VERIFIER,
        state: str = STATE,
        openid: bool = True,
        nonce: str | None = None,
    ) -> str:
        """Return a code of somebody's login, which was begun with all this at one of the two APIs."""
        login = Login(knob="new", about="", owner=someone)
        return self._codes.new(Begun(login=login, state=state, openid=openid, nonce=nonce), verifier=verifier)

    async def _openid_token(self, request: Request) -> Response:
        return self._exchanged(await _form(request), openid=True).response()

    async def _oauth_token(self, request: Request) -> Response:
        given = dict(request.query_params) if request.method == "GET" else await _form(request)
        return self._exchanged(given, openid=False).response()

    def _exchanged(self, form: dict[str, str], *, openid: bool) -> Answer:
        begun = self._codes.redeem(form, openid=openid)
        if isinstance(begun, Answer):
            return begun
        if begun.login.on_exchange is not None:
            return begun.login.on_exchange
        number = next(self._numbers)
        access_token, refresh_token = f"AAAAsim{number}-{begun.login.name}", f"simRefresh{number}"
        self._tokens[access_token] = begun.login
        self.refresh_tokens[refresh_token] = access_token
        id_token = None
        if openid and begun.login.has_id_token:
            id_token = self._issuer.mint(begun.login.owner, changes={"nonce": begun.nonce})
        return begun.login.exchanged(access_token, refresh_token, id_token)

    async def _me(self, request: Request) -> Response:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            return answers.NO_HEADER.response()
        login = self._tokens.get(plain(value))
        if login is None:
            return answers.DEAD_TOKEN.response()
        return (login.on_me or login.me()).response()

    async def _revoke(self, request: Request) -> Response:
        form = await _form(request)
        if not form.keys() >= {"client_id", "client_secret", "token"}:
            return answers.REVOKE_PARAMETER.response()
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return answers.REVOKE_CLIENT.response()
        for refresh_token, access_token in tuple(self.refresh_tokens.items()):
            if plain(form["token"]) in {refresh_token, access_token}:  # whatever the hint says, both go
                del self.refresh_tokens[refresh_token], self._tokens[access_token]
        return Response(b"", 200)

    async def _keys(self, request: Request) -> Response:
        return self._issuer.jwks_response()


async def _form(request: Request) -> dict[str, str]:
    """Return the parameters of a form; none where it is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl((await request.body()).decode("latin-1")))
