"""Read LINE's answers. Source: https://developers.line.biz/en/reference/line-login/"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse

_WORD = re.compile(r"[a-z_]{1,40}")


class Grant(NamedTuple):
    """A live access token: of which channel, with which scopes, until when (epoch seconds)."""

    channel_id: str
    scopes: frozenset[str]
    expires_at: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any], *, now: float) -> "Grant":
        """Read an answer of `verify`.

        Raises:
            InvalidProviderToken: no time is left, which LINE tells us to look at ourselves.
            ProviderUnavailable: a field is missing or of a wrong type.
        """
        channel_id, scope, left_s = answer.get("client_id"), answer.get("scope"), answer.get("expires_in")
        if not isinstance(channel_id, str) or not channel_id:
            raise ProviderUnavailable("verify: client_id is missing or no text")
        if not isinstance(scope, str):
            raise ProviderUnavailable("verify: scope is missing or no text")
        if type(left_s) is not int or left_s >= 10**10:  # not isinstance: True is an int
            raise ProviderUnavailable("verify: expires_in is missing or no number of seconds")
        if left_s <= 0:
            raise InvalidProviderToken("verify: expires_in is not positive")
        return cls(channel_id, frozenset(scope.split()), int(now) + left_s)


def read_object(call: str, response: ProviderResponse, errors: Mapping[str, Line], *, now: float) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a failure means.

    Raises:
        ExchangeError: LINE refuses; the class says whose fault it is.
        ProviderUnavailable: LINE is down, or its answer is not understood.
    """
    try:
        body = response.json_object()
    except ProviderUnavailable:
        if response.status == 200:
            raise
        body = {}
    if response.status == 200 and "error" not in body:
        return body
    code = _code(response.status, body, errors)
    raise refusal(errors, code, call=call, response=response, retry_after_s=retry_after_s(response, now=now))


def _code(status: int, body: Mapping[str, Any], errors: Mapping[str, Line]) -> str | None:
    """Return the word of `error`, else the status where LINE itself has answered: 429 always, others by `message`."""
    word = body.get("error")
    word = word if isinstance(word, str) and _WORD.fullmatch(word) else None
    if word in errors:
        return word
    if status == 429 or (str(status) in errors and isinstance(body.get("message", word), str)):
        return str(status)
    return word
