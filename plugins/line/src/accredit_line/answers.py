"""Read LINE's answers. Source: https://developers.line.biz/en/reference/line-login/"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit_line.refusals import CHANNEL_ERRORS, DEAUTHORIZE_ERRORS, INVALID_TOKEN

_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_S = 10**10
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
        if type(left_s) is not int or left_s >= _LONGEST_S:  # not isinstance: True is an int
            raise ProviderUnavailable("verify: expires_in is missing or no number of seconds")
        if left_s <= 0:
            raise InvalidProviderToken("verify: expires_in is not positive")
        return cls(channel_id, frozenset(scope.split()), int(now) + left_s)


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What a code was exchanged for. `expires_at` is in epoch seconds."""

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    scopes: frozenset[str]
    expires_at: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any], *, now: float) -> "NewTokens":
        """Read an answer of `token`; `now` is in epoch seconds, and before the call.

        Source: https://developers.line.biz/en/reference/line-login/#issue-access-token

        Raises:
            ProviderUnavailable: a field is missing or of a wrong type.
        """
        value, id_token = answer.get("access_token"), answer.get("id_token")
        scope, left_s = answer.get("scope"), answer.get("expires_in")
        if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
            raise ProviderUnavailable("token: access_token is missing or no token")
        if id_token is not None and not isinstance(id_token, str):
            raise ProviderUnavailable("token: id_token is no text")
        if not isinstance(scope, str):
            raise ProviderUnavailable("token: scope is missing or no text")
        if type(left_s) is not int or not 0 < left_s < _LONGEST_S:
            raise ProviderUnavailable("token: expires_in is no number of seconds")
        return cls(value, id_token, frozenset(scope.split()), int(now) + left_s)


def read_channel_token(response: ProviderResponse, *, now: float) -> str:
    """Return an access token of our own channel; `now` is in epoch seconds.

    Source: https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token

    Raises:
        ExchangeError: LINE refuses our channel; the class says whose fault it is.
        ProviderUnavailable: LINE is down, or its answer is not understood.
    """
    value = read_object("v3/token", response, CHANNEL_ERRORS, now=now).get("access_token")
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ProviderUnavailable("v3/token: access_token is missing or no token")
    return value


def read_deauthorization(response: ProviderResponse, *, now: float) -> None:
    """Pass where our channel may do nothing for a user any more, by this call or by an earlier one.

    Of a token that the user, or we, have taken back LINE says `{"message": "invalid token"}`, with 400.
    Source: https://developers.line.biz/en/reference/line-login/#deauthorize-error-response

    Raises:
        ExchangeError: LINE refuses; the class says whose fault it is.
        ProviderUnavailable: LINE is down, or its answer is not understood.
    """
    if response.status == 204:
        return
    if response.status == 200:
        raise ProviderUnavailable("deauthorize: a success is 204")
    said = response.object_or_empty().get("message")
    if response.status == 400 and said == INVALID_TOKEN:
        return
    code = str(response.status) if isinstance(said, str) or response.status == 429 else None
    wait_s = retry_after_s(response, now=now)
    raise refusal(DEAUTHORIZE_ERRORS, code, call="deauthorize", response=response, retry_after_s=wait_s)


def read_object(call: str, response: ProviderResponse, errors: Mapping[str, Line], *, now: float) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a failure means.

    Raises:
        ExchangeError: LINE refuses; the class says whose fault it is.
        ProviderUnavailable: LINE is down, or its answer is not understood.
    """
    body = response.object_or_empty()
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
