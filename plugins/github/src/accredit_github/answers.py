"""Read what GitHub answers: what it says of a token, of its user, and of the user's addresses."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line
from accredit.strategy import ProviderResponse
from accredit.text import digits
from accredit_github.refusals import CHECK_ERRORS, USER_ERRORS, is_limited, refused, refused_exchange

EMAIL_SCOPES = frozenset({"user", "user:email"})
"""Scopes of an OAuth app that open the addresses.

Source: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
"""
_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_S = 10**9
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})")


class TokenInfo(NamedTuple):
    """A live token of a user. `expires_at` is in epoch seconds; None for one that does not end, as an OAuth app's."""

    user_id: str
    client_id: str
    scopes: frozenset[str] | None
    """None, or empty, where GitHub does not say: the tokens of GitHub Apps have permissions instead."""
    expires_at: int | None


def read_token_info(response: ProviderResponse, *, now: float) -> TokenInfo:
    """Read the answer of the check-token call; `now` is in epoch seconds.

    Source: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token (response schema).

    Raises:
        ExchangeError: GitHub refuses; the class says whose fault it is.
        InvalidProviderToken: it is no user's token, or its time is over.
        ProviderUnavailable: a field is missing or of the wrong type.
    """
    body = read_object("check-token", response, CHECK_ERRORS, now=now)
    app, user = body.get("app"), body.get("user")
    client_id = app.get("client_id") if isinstance(app, dict) else None
    if not isinstance(client_id, str):
        raise ProviderUnavailable("check-token: app.client_id is no text")
    if user is None:
        raise InvalidProviderToken("check-token names no user")
    user_id = read_user_id(user.get("id")) if isinstance(user, dict) else None
    if user_id is None:
        raise ProviderUnavailable("check-token: user.id is no whole number")
    expires_at = _expires_at(body.get("expires_at"))
    if expires_at is not None and expires_at <= now:
        raise InvalidProviderToken("check-token: expires_at has passed")
    return TokenInfo(user_id, client_id, _scopes(body.get("scopes")), expires_at)


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a code was exchanged for. `expires_at` is in epoch seconds, None for a token that does not end."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: int | None


def read_new_token(response: ProviderResponse, *, now: float) -> NewToken:
    """Read the answer of the exchange, whose status is 200 for refusals, too; `now` is in epoch seconds.

    Source: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps; `expires_in` of
    GitHub Apps: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    /generating-a-user-access-token-for-a-github-app

    Raises:
        ExchangeError: GitHub refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of the wrong type.
    """
    try:
        body = response.json_object()
    except ProviderUnavailable:
        body = {}
    if response.status != 200 or "error" in body or not body:
        raise refused_exchange(response, body.get("error"), now=now)
    value, scope, lasts_s = body.get("access_token"), body.get("scope"), body.get("expires_in")
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ProviderUnavailable("access_token: the answer holds no token")
    if not isinstance(scope, str):
        raise ProviderUnavailable("access_token: scope is no text")
    if lasts_s is not None and (type(lasts_s) is not int or not 0 < lasts_s < _LONGEST_S):
        raise ProviderUnavailable("access_token: expires_in is no number of seconds")
    scopes = frozenset(name for one in scope.split(",") if (name := one.strip()))
    return NewToken(value, scopes, None if lasts_s is None else int(now) + lasts_s)


def read_user(
    response: ProviderResponse, *, user_id: str | None, now: float, errors: Mapping[str, Line] = USER_ERRORS
) -> tuple[str, dict[str, Any]]:
    """Read the answer of `/user`: the id, and all; a person, and the one whom `user_id` names, if anybody was named.

    Raises:
        ExchangeError: GitHub refuses; the class says whose fault it is.
        InvalidProviderToken: the account is a bot's or an organization's.
        ProviderUnavailable: the user is another one.
    """
    user = read_object("user", response, errors, now=now)
    found = read_user_id(user.get("id"))
    if found is None:
        raise ProviderUnavailable("user: id is no whole number")
    if user_id not in {found, None}:
        raise ProviderUnavailable("user: the user is not the one that check-token named")
    match user.get("type"):
        case "User":
            return found, user
        case str():
            raise InvalidProviderToken("user: the account is no person's")
        case _:
            raise ProviderUnavailable("user: type is no text")


def read_addresses(
    response: ProviderResponse, *, now: float, errors: Mapping[str, Line] = USER_ERRORS
) -> list[dict[str, Any]]:
    """Read the answer of `/user/emails`; empty where the token may not ask.

    Without the permission GitHub answers 404 to the token of an OAuth app, and 403 to that of a GitHub App. Source:
    https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user

    Raises:
        ExchangeError: GitHub refuses for another reason.
        ProviderUnavailable: the answer is no list of objects.
    """
    if response.status in {403, 404} and not is_limited(response):
        return []
    if response.status != 200:
        raise refused("user/emails", response, errors, now=now)
    addresses = response.json()
    if not isinstance(addresses, list) or not all(isinstance(one, dict) for one in addresses):
        raise ProviderUnavailable("user/emails: no list of objects")
    return addresses


def read_object(call: str, response: ProviderResponse, errors: Mapping[str, Line], *, now: float) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a refusal means.

    Raises:
        ExchangeError: GitHub refuses.
        ProviderUnavailable: the answer is no JSON object.
    """
    if response.status != 200:
        raise refused(call, response, errors, now=now)
    return response.json_object()


def read_user_id(value: object) -> str | None:
    """Return an id, which is always a number here, as its digits. For `isinstance` True is an int."""
    return digits(value) if type(value) is int else None


def _scopes(value: object) -> frozenset[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ProviderUnavailable("check-token: scopes is no list of texts")
    return frozenset(value)


def _expires_at(value: object) -> int | None:
    """`2026-11-27T13:00:00Z`, null for a token that does not end."""
    if value is None:
        return None
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ProviderUnavailable("check-token: expires_at is no time")
    try:
        at = int(dt.datetime.fromisoformat(value).timestamp())
    except (ValueError, OverflowError):  # such as the 30th of February
        raise ProviderUnavailable("check-token: expires_at is no time") from None
    if at <= 0:
        raise ProviderUnavailable("check-token: expires_at is no time")
    return at
