"""Read what Discord answers: of which application a token is, and who its user is."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable
from accredit.refusals import Line
from accredit.strategy import ProviderResponse
from accredit.text import digits
from accredit_discord.refusals import ERRORS, EXCHANGE_ERRORS, REVOKE_ERRORS, refused

_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_S = 10**9
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = re.compile(rf"{_DATE}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,6}})?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})")


class Authorization(NamedTuple):
    """A live token. `user` is its user in part, without an address; `expires_at` is in epoch seconds."""

    application_id: str
    scopes: frozenset[str]
    expires_at: int
    user_id: str
    user: Mapping[str, Any]


def read_authorization(response: ProviderResponse, *, now: float) -> Authorization:
    """Read the answer of `/oauth2/@me`; `now` is in epoch seconds.

    Source: https://discord.com/developers/docs/topics/oauth2#get-current-authorization-information

    Raises:
        ExchangeError: Discord refuses; the class says whose fault it is.
        InvalidProviderToken: the token has ended, or its user is a bot.
        MissingPermission: the token does not say who its user is.
        ProviderUnavailable: a field is missing or of the wrong type.
    """
    body = _read_object("oauth2/@me", response, now=now)
    application, scopes = body.get("application"), body.get("scopes")
    application_id = _snowflake(application.get("id")) if isinstance(application, dict) else None
    if application_id is None:
        raise ProviderUnavailable("oauth2/@me: application.id is no text of digits")
    if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
        raise ProviderUnavailable("oauth2/@me: scopes is no list of texts")
    expires_at = _expires_at(body.get("expires"))
    if expires_at <= now:
        raise InvalidProviderToken("oauth2/@me: expires has passed")
    if body.get("user") is None:
        raise MissingPermission("oauth2/@me names no user: the scope identify is missing")
    user = body["user"]
    return Authorization(application_id, frozenset(scopes), expires_at, _user_id("oauth2/@me", user), user)


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a code was exchanged for. `expires_at` is in epoch seconds."""

    value: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scopes: frozenset[str]
    expires_at: int


def read_new_token(response: ProviderResponse, *, now: float) -> NewToken:
    """Read the answer of the exchange; `now` is in epoch seconds.

    Source: https://discord.com/developers/docs/topics/oauth2#authorization-code-grant

    Raises:
        ExchangeError: Discord refuses; the class says whose fault it is.
        MissingPermission: the token may not say who its user is.
        ProviderUnavailable: a field is missing or of the wrong type.
    """
    body = _read_object("oauth2/token", response, now=now, errors=EXCHANGE_ERRORS)
    value, scope, lasts_s = body.get("access_token"), body.get("scope"), body.get("expires_in")
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ProviderUnavailable("oauth2/token: the answer holds no token")
    if not isinstance(scope, str):
        raise ProviderUnavailable("oauth2/token: scope is no text")
    refresh_token = body.get("refresh_token")
    if refresh_token is not None and not (isinstance(refresh_token, str) and _VISIBLE.fullmatch(refresh_token)):
        raise ProviderUnavailable("oauth2/token: refresh_token is no token")
    if type(lasts_s) is not int or not 0 < lasts_s < _LONGEST_S:
        raise ProviderUnavailable("oauth2/token: expires_in is no number of seconds")
    scopes = frozenset(scope.split())
    if "identify" not in scopes:
        raise MissingPermission("oauth2/token: the scope identify is missing")
    return NewToken(value, refresh_token, scopes, int(now) + lasts_s)


def read_revocation(response: ProviderResponse, *, now: float) -> None:
    """Pass where a token is revoked, or was never good: both are a success. `now` is in epoch seconds.

    Source: RFC 7009 section 2.2, which the answer's form follows.

    Raises:
        ExchangeError: Discord refuses; the class says whose fault it is.
        ProviderUnavailable: it is no answer of Discord's.
    """
    if response.status != 200:
        raise refused("oauth2/token/revoke", response, now=now, errors=REVOKE_ERRORS)
    if response.body and response.json_object():
        raise ProviderUnavailable("oauth2/token/revoke: an answer that is not empty")


def read_user(
    response: ProviderResponse, *, user_id: str | None, now: float, errors: Mapping[int | str, Line] = ERRORS
) -> tuple[str, dict[str, Any]]:
    """Read the answer of `/users/@me`: the id, and all; the one whom `user_id` names, if anybody was named.

    Raises:
        ExchangeError: Discord refuses; the class says whose fault it is.
        InvalidProviderToken: the user is a bot.
        ProviderUnavailable: the user is another one.
    """
    user = _read_object("users/@me", response, now=now, errors=errors)
    found = _user_id("users/@me", user)
    if user_id not in {found, None}:
        raise ProviderUnavailable("users/@me: the user is not the one that oauth2/@me named")
    return found, user


def _user_id(call: str, user: object) -> str:
    user_id = _snowflake(user.get("id")) if isinstance(user, dict) else None
    if not isinstance(user, dict) or user_id is None:
        raise ProviderUnavailable(f"{call}: the user's id is no text of digits")
    if user.get("bot", False) is not False or user.get("system", False) is not False:
        raise InvalidProviderToken(f"{call}: the user is no person")
    return user_id


def _snowflake(value: object) -> str | None:
    """Return an id, which is always a text: it has 64 bits, and JavaScript's numbers do not."""
    return digits(value) if isinstance(value, str) else None


def _expires_at(value: object) -> int:
    """`2021-01-23T02:33:17.017000+00:00`."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ProviderUnavailable("oauth2/@me: expires is no time")
    try:
        at = int(dt.datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError):  # such as the 30th of February
        at = 0
    if at <= 0:
        raise ProviderUnavailable("oauth2/@me: expires is no time")
    return at


def _read_object(
    call: str, response: ProviderResponse, *, now: float, errors: Mapping[int | str, Line] = ERRORS
) -> dict[str, Any]:
    if response.status != 200:
        raise refused(call, response, now=now, errors=errors)
    return response.json_object()
