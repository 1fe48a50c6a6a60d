"""The access tokens that the simulated WeChat gives for codes: each good for two hours, and for its user's openid."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accredit_wechat.simulator import answers
from accredit_wechat.simulator.answers import Answer
from accredit_wechat.simulator.codes import Code, openid

LIVES_S = 7200


@dataclass(frozen=True, slots=True)
class _Token:
    code: Code
    ends_at: float


class Tokens:
    """All that were given. `clock` returns epoch seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._numbers = itertools.count(1)

    def new(self, code: Code) -> str:
        """Give one for a code."""
        value = f"71_sim{next(self._numbers)}-{code.knob}-{code.owner.key}"
        self._tokens[value] = _Token(code, self._clock() + LIVES_S)
        return value

    def userinfo(self, query: Mapping[str, str]) -> Answer:
        """Answer who the user is, or refuse."""
        if not query.get("access_token", "").strip():
            return answers.NO_TOKEN
        if not query.get("openid", "").strip():
            return answers.NO_OPENID
        token = self._tokens.get(query["access_token"])
        if token is None:
            return answers.INVALID_CREDENTIAL
        if self._clock() >= token.ends_at:
            return answers.EXPIRED_TOKEN
        if query["openid"] != openid(token.code.owner):
            return answers.INVALID_OPENID
        if token.code.scope == "snsapi_base":
            return answers.UNAUTHORIZED
        return token.code.on_user or token.code.userinfo()
