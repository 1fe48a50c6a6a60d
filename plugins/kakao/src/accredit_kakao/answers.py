"""Read Kakao's answers. Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit.text import digits
from accredit_kakao.refusals import EXCHANGE_ERRORS, NOT_LINKED, UNLINK_ERRORS, code_of, exchange_code_of

_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_S = 10**10


class TokenInfo(NamedTuple):
    """A live access token of a user who has joined an app. `expires_at` is in epoch seconds."""

    user_id: str
    app_id: str
    expires_at: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any], *, now: float) -> "TokenInfo":
        """Read an answer of `access_token_info`, whose ids are numbers.

        Raises:
            InvalidProviderToken: no time is left, or the user has not joined the app: then there is no `id`.
            ProviderUnavailable: a field is missing or of a wrong type.
        """
        app_id = read_number(answer.get("app_id"), "access_token_info: app_id")
        left_s = answer.get("expires_in")
        if type(left_s) is not int or left_s >= _LONGEST_S:  # not isinstance: True is an int
            raise ProviderUnavailable("access_token_info: expires_in is missing or no number of seconds")
        if left_s <= 0:
            raise InvalidProviderToken("access_token_info: expires_in is not positive")
        if "id" not in answer:
            raise InvalidProviderToken("access_token_info: the user has not joined the app")
        return cls(read_number(answer["id"], "access_token_info: id"), app_id, int(now) + left_s)


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What a code was exchanged for. `expires_at` is in epoch seconds."""

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_at: int

    @classmethod
    def parse(cls, response: ProviderResponse, *, now: float) -> "NewTokens":
        """Read the answer of the exchange; `now` is in epoch seconds, and before the call.

        Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#request-token

        Raises:
            ExchangeError: Kakao refuses the code; the class says whose fault it is.
            ProviderUnavailable: a field is missing or of a wrong type.
        """
        body = response.object_or_empty()
        if response.status != 200 or "error" in body:
            wait_s = retry_after_s(response, now=now)
            code = exchange_code_of(body)
            raise refusal(EXCHANGE_ERRORS, code, call="oauth/token", response=response, retry_after_s=wait_s)
        value, id_token, left_s = body.get("access_token"), body.get("id_token"), body.get("expires_in")
        if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
            raise ProviderUnavailable("oauth/token: access_token is missing or no token")
        if id_token is not None and not isinstance(id_token, str):
            raise ProviderUnavailable("oauth/token: id_token is no text")
        if type(left_s) is not int or not 0 < left_s < _LONGEST_S:
            raise ProviderUnavailable("oauth/token: expires_in is no number of seconds")
        return cls(value, id_token, int(now) + left_s)


def read_object(
    call: str, response: ProviderResponse, errors: Mapping[int | str, Line], *, now: float
) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a failure means.

    Raises:
        ExchangeError: Kakao refuses; the class follows the code, by `errors`.
        ProviderUnavailable: Kakao is down, or its answer is not understood.
    """
    body = response.object_or_empty()
    if response.status == 200 and "code" not in body:
        return body
    wait_s = retry_after_s(response, now=now)
    raise refusal(errors, code_of(body), call=call, response=response, retry_after_s=wait_s)


def read_unlinked(response: ProviderResponse, *, user_id: str, now: float) -> None:
    """Pass where a user is linked to our app no more; `now` is in epoch seconds.

    Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#unlink

    Raises:
        ExchangeError: Kakao refuses; the class follows the code.
        ProviderUnavailable: Kakao is down, or its answer is not understood.
    """
    if 400 <= response.status < 500 and code_of(response.object_or_empty()) == NOT_LINKED:
        return
    if (
        read_number(read_object("user/unlink", response, UNLINK_ERRORS, now=now).get("id"), "user/unlink: id")
        != user_id
    ):
        raise ProviderUnavailable("user/unlink: the answer names another user")


def read_number(value: object, name: str) -> str:
    """Return an id, which arrives as a number, as its exact digits.

    Raises:
        ProviderUnavailable: it is none.
    """
    found = digits(value) if type(value) is int else None
    if found is None:
        raise ProviderUnavailable(f"{name} is missing or no id")
    return found
