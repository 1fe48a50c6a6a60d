"""Read what Weibo answers: refusals become errors of `accredit.errors`, the token's facts become a `TokenInfo`.

Source: https://open.weibo.com/wiki/Oauth2/get_token_info
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line, refusal
from accredit.strategy import ProviderResponse
from accredit_weibo.refusals import ERRORS

_ERROR_CODE = re.compile(r"[1-9][0-9]{0,5}")
_ERROR_WORD = re.compile(r"[a-z_]{1,40}")
_USER_ID = re.compile(r"[1-9][0-9]{0,18}")
_SECONDS = re.compile(r"-?[0-9]{1,12}")


class TokenInfo(NamedTuple):
    """What Weibo knows about a token that lives. `expires_at` is in epoch seconds."""

    user_id: str
    app_key: str
    scopes: frozenset[str] | None
    """None where Weibo does not say, which it often does not, whatever the user has allowed."""
    expires_at: int


def read_object(response: ProviderResponse, call: str, *, errors: Mapping[int | str, Line] = ERRORS) -> dict[str, Any]:
    """Return a successful answer's JSON object.

    Raises:
        ExchangeError: Weibo refuses, also under status 200; the class follows the `error_code`, by `errors`.
        ProviderUnavailable: the answer is no JSON object, or a refusal of unknown form.
    """
    body = response.json_object()
    if response.status == 200 and not body.keys() & {"error", "error_code"}:
        return body
    raise refusal(errors, _code(body), call=call, response=response)


def _code(body: Mapping[str, Any]) -> int | str | None:
    """Return the `error_code`; where there is none, the word of RFC 6749 section 5.2, which no line lists."""
    if "error_code" in body:
        code = _digits(body["error_code"], _ERROR_CODE)
        return None if code is None else int(code)
    word = body.get("error")
    return word if isinstance(word, str) and _ERROR_WORD.fullmatch(word) else None


def read_token_info(body: Mapping[str, Any], *, now: int) -> TokenInfo:
    """Read an answer of `get_token_info`; `now` is in epoch seconds.

    Raises:
        InvalidProviderToken: no time is left.
        ProviderUnavailable: a field is missing or of a wrong type.
    """
    # The page's name is `expire_in`; its earlier editions said `expires_in`.
    left_s = _digits(body.get("expire_in", body.get("expires_in")), _SECONDS)
    if left_s is None:
        raise ProviderUnavailable("get_token_info: expire_in is missing or no whole number")
    if int(left_s) <= 0:
        raise InvalidProviderToken("get_token_info: expire_in is not positive")
    return TokenInfo(
        user_id=read_user_id(body.get("uid"), "get_token_info: uid"),
        app_key=_app_key(body.get("appkey")),
        scopes=_scopes(body.get("scope")),
        expires_at=now + int(left_s),
    )


def read_user_id(value: object, name: str) -> str:
    """Return a user id, which arrives as number or string, as its exact digits.

    Raises:
        ProviderUnavailable: it is neither, or not in canonical form.
    """
    user_id = _digits(value, _USER_ID)
    if user_id is None:
        raise ProviderUnavailable(f"{name} is missing or no user id")
    return user_id


def read_email(response: ProviderResponse) -> str | None:
    """Return the address out of `[{"email": …}]`, or None for any other answer.

    Raises:
        ProviderUnavailable: the answer is no JSON.
    """
    match response.json():
        case [{"email": str(address)}, *_] if response.status == 200:
            return address
        case _:
            return None


def _app_key(value: object) -> str:
    """Documented as a string, sent as a number. A float or a boolean has no exact digits to compare."""
    app_key = str(value) if type(value) is int else value
    if not isinstance(app_key, str) or not app_key:
        raise ProviderUnavailable("get_token_info: appkey is missing or neither string nor whole number")
    return app_key


def _scopes(value: object) -> frozenset[str] | None:
    """Comma separated, or null."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ProviderUnavailable("get_token_info: scope is no string")
    return frozenset(name for part in value.split(",") if (name := part.strip()))


def _digits(value: object, form: re.Pattern[str]) -> str | None:
    """Numbers arrive as numbers or as strings; `type is int`, because True is an int too."""
    written = str(value) if type(value) is int else value
    return written if isinstance(written, str) and form.fullmatch(written) else None
