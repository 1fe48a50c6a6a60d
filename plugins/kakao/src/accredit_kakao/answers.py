"""Read Kakao's answers. Source: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit.text import digits
from accredit_kakao.refusals import code_of


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
        if type(left_s) is not int or left_s >= 10**10:  # not isinstance: True is an int
            raise ProviderUnavailable("access_token_info: expires_in is missing or no number of seconds")
        if left_s <= 0:
            raise InvalidProviderToken("access_token_info: expires_in is not positive")
        if "id" not in answer:
            raise InvalidProviderToken("access_token_info: the user has not joined the app")
        return cls(read_number(answer["id"], "access_token_info: id"), app_id, int(now) + left_s)


def read_object(
    call: str, response: ProviderResponse, errors: Mapping[int | str, Line], *, now: float
) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a failure means.

    Raises:
        ExchangeError: Kakao refuses; the class follows the code, by `errors`.
        ProviderUnavailable: Kakao is down, or its answer is not understood.
    """
    try:
        body = response.json_object()
    except ProviderUnavailable:
        if response.status == 200:
            raise
        body = {}
    if response.status == 200 and "code" not in body:
        return body
    wait_s = retry_after_s(response, now=now)
    raise refusal(errors, code_of(body), call=call, response=response, retry_after_s=wait_s)


def read_number(value: object, name: str) -> str:
    """Return an id, which arrives as a number, as its exact digits.

    Raises:
        ProviderUnavailable: it is none.
    """
    found = digits(value) if type(value) is int else None
    if found is None:
        raise ProviderUnavailable(f"{name} is missing or no id")
    return found
