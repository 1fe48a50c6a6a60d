"""A simulated WeChat: the exchange of a code, and the user behind it, as strict as the real ones.

Sources: https://developers.weixin.qq.com/doc/oplatform/Mobile_App/WeChat_Login/Authorized_API_call_UnionID.html, and
/doc/service/api/webdev/access/api_snsaccesstoken.html and api_snsuserinfo.html of the same host.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, Sample, Simulator
from accredit_wechat.simulator import answers
from accredit_wechat.simulator.answers import Answer
from accredit_wechat.simulator.codes import APP_ID, Code, all_codes
from accredit_wechat.simulator.tokens import Tokens

APP_SECRET = "sim-wechat-app-secret"  # noqa: S105  # published sample secret of an app that does not exist
_METHODS = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
_BINDING = CodeBinding(client_id=APP_ID)


class WeChatSimulator(Simulator):
    """A simulated WeChat."""

    strategy = "wechat"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.codes = {code.value: code for code in all_codes()}
        self._tokens = Tokens(clock)
        self._codes: Codes[Code] = Codes(clock=clock)
        for value, code in self.codes.items():
            self._codes.fix(value, code, _BINDING)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {"app_id": APP_ID, "app_secret": APP_SECRET, "api_url": base_url}

    def routes(self) -> Sequence[BaseRoute]:
        """Return WeChat's endpoints; all methods arrive, because WeChat refuses in its own words."""
        return [
            Route("/sns/oauth2/access_token", self._served(self._exchange), methods=_METHODS),
            Route("/sns/userinfo", self._served(self._tokens.userinfo), methods=_METHODS),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return everybody's good code, then ada's in every other situation."""
        return [one.sample() for one in self.codes.values() if one.knob == "good" or one.owner.key == "ada"]

    def fresh(self, sample: Sample) -> Sample:
        """Return another code of the same name."""
        return self._codes.fresh(sample)

    def other_tokens(self) -> Mapping[str, str]:
        """Return the refused codes of everybody else."""
        sampled = {sample.parameters["access_token"] for sample in self.samples()}
        return {code.value: code.about for code in self.codes.values() if code.value not in sampled}

    def _served(self, answer: Callable[[Mapping[str, str]], Answer]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            found = answer(request.query_params) if request.method == "GET" else answers.WRONG_METHOD
            return found.response()

        return serve

    def _exchange(self, query: Mapping[str, str]) -> Answer:
        for name, missing in (
            ("appid", answers.NO_APPID),
            ("secret", answers.NO_SECRET),
            ("code", answers.NO_CODE),
        ):
            if not query.get(name, "").strip():
                return missing
        if query.get("grant_type") != "authorization_code":
            return answers.INVALID_GRANT_TYPE
        if query["appid"] != APP_ID:
            return answers.INVALID_APPID
        if query["secret"] != APP_SECRET:
            return answers.INVALID_SECRET
        return self._redeem(query["code"])

    def _redeem(self, value: str) -> Answer:
        try:
            code = self._codes.redeem(value, _BINDING)
        except CodeRefused as refused:
            return answers.USED_CODE if refused.why == "used" else answers.INVALID_CODE
        return code.on_exchange or code.exchanged(self._tokens.new(code))
