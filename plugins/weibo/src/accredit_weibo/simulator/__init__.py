"""A simulated Weibo: `get_token_info`, `users/show` and the e-mail address, as strict as the real ones.

Verifying a Weibo token takes no app secret, so none is checked here. Every path, parameter and error is Weibo's:
https://open.weibo.com/wiki/Oauth2/get_token_info, /wiki/2/users/show and /wiki/Error_code.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import Sample, Simulator, plain
from accredit_weibo.simulator.answers import Answer, refusal, success
from accredit_weibo.simulator.tokens import all_tokens
from accredit_weibo.simulator.tokens.token import APP_KEY, Token

APP_SECRET = "sim-weibo-app-secret"  # noqa: S105  # published sample secret of an app that does not exist
CALLS_PER_USER_PER_DAY = 100
_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
_FORM = "application/x-www-form-urlencoded"
_CHINA_S = 8 * 3600


class WeiboSimulator(Simulator):
    """A simulated Weibo.

    `calls_per_user_per_day` makes it count everybody's calls. By default only those with the token `metered` are
    counted, to 100 as in Weibo's documentation.
    """

    strategy = "weibo"

    def __init__(self, *, clock: Callable[[], float] = time.time, calls_per_user_per_day: int | None = None) -> None:
        super().__init__(clock=clock)
        self.tokens = {token.value: token for token in all_tokens()}
        self._calls_per_user_per_day = calls_per_user_per_day
        self._calls: dict[tuple[int, int], int] = {}

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {"app_key": str(APP_KEY), "app_secret": APP_SECRET, "api_url": base_url}

    def routes(self) -> Sequence[BaseRoute]:
        """Return Weibo's endpoints; all methods arrive, because Weibo refuses in its own words."""
        return [
            Route("/oauth2/get_token_info", self._get_token_info, methods=_METHODS),
            Route("/2/users/show.json", self._users_show, methods=_METHODS),
            Route("/2/account/profile/email.json", self._email, methods=_METHODS),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return everybody's good token, then ada's in every other situation."""
        steady = (token for token in self.tokens.values() if not token.is_metered)
        return [token.sample() for token in steady if token.knob == "good" or token.owner.key == "ada"]

    def other_tokens(self) -> Mapping[str, str]:
        """Return the token whose calls are counted, and the refused ones of everybody else."""
        sampled = {sample.parameters["access_token"] for sample in self.samples()}
        return {token.value: token.about for token in self.tokens.values() if token.value not in sampled}

    async def _get_token_info(self, request: Request) -> Response:
        return (await self._token_info_answer(request)).response()

    async def _token_info_answer(self, request: Request) -> Answer:
        path = request.url.path
        if request.method != "POST":
            return refusal(10021, path)
        if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
            return refusal(10007, path)
        values = parse_qs((await request.body()).decode("latin-1")).get("access_token", [])
        if len(values) != 1:
            return refusal(10016, path)
        token = self.tokens.get(plain(values[0]))
        if token is None:
            return refusal(21332, path)
        if self._over_limit(token):
            return refusal(10023, path)
        return _replaced(token.on_info, path) or success(token.token_info())

    async def _users_show(self, request: Request) -> Response:
        path = request.url.path
        token = self._authorized(request)
        if isinstance(token, Answer):
            return token.response()
        uid = request.query_params.get("uid", "")
        if not uid:
            return refusal(20002, path).response()
        if not uid.isdecimal():
            return refusal(10017, path).response()
        if uid != str(token.owner.number):
            return refusal(21335, path).response()
        return (_replaced(token.on_user, path) or success(token.user_object())).response()

    async def _email(self, request: Request) -> Response:
        path = request.url.path
        token = self._authorized(request)
        if isinstance(token, Answer):
            return token.response()
        if not token.opens_email:
            return refusal(21330, path).response()
        return (_replaced(token.on_email, path) or success([{"email": token.owner.email}])).response()

    def _authorized(self, request: Request) -> Token | Answer:
        """Find the token of a GET call, in the header or, as Weibo also takes it, in the query."""
        path = request.url.path
        if request.method != "GET":
            return refusal(10021, path)
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme != "OAuth2":
            value = request.query_params.get("access_token", "")
        if not value:
            return refusal(10006, path)
        token = self.tokens.get(plain(value))
        if token is None:
            return refusal(21332, path)
        return refusal(10023, path) if self._over_limit(token) else token

    def _over_limit(self, token: Token) -> bool:
        """Count the call. The documentation does not say when a day begins; we take midnight in China."""
        limit = CALLS_PER_USER_PER_DAY if token.is_metered else self._calls_per_user_per_day
        if limit is None:
            return False
        key = (token.owner.number, int(self.clock() + _CHINA_S) // 86_400)
        self._calls[key] = self._calls.get(key, 0) + 1
        return self._calls[key] > limit


def _replaced(by: int | Answer | None, path: str) -> Answer | None:
    return refusal(by, path) if isinstance(by, int) else by
