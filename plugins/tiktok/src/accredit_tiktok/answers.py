"""Read what TikTok answers: what a code was exchanged for, and who its user is. A status of 200 promises nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.errors import ProviderUnavailable
from accredit.models import is_user_id
from accredit.strategy import ProviderResponse
from accredit_tiktok.refusals import EXCHANGE_ERRORS, GONE, REVOKE_ERRORS, USER_ERRORS, refused

_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_SEPARATORS = re.compile(r"[,\s]+")
_LONGEST_S = 10**9


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a code was exchanged for. `expires_at` is in epoch seconds, and `open_id` the user in our app."""

    value: str = field(repr=False)
    open_id: str
    scopes: frozenset[str]
    expires_at: int


def read_new_token(response: ProviderResponse, *, now: float) -> NewToken:
    """Read the answer of the exchange; `now` is in epoch seconds.

    How long a token lives is read: TikTok's pages have said 24 hours, and say 2.
    Source: https://developers.tiktok.com/doc/oauth-get-a-user-access-token

    Raises:
        ExchangeError: TikTok refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of a wrong type.
    """
    body = response.object_or_empty()
    if response.status != 200 or "error" in body:
        raise refused("oauth/token", response, body, errors=EXCHANGE_ERRORS, now=now)
    value, open_id, scope, lasts_s = (body.get(one) for one in ("access_token", "open_id", "scope", "expires_in"))
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ProviderUnavailable("oauth/token: the answer holds no token")
    if not isinstance(open_id, str) or not is_user_id(open_id):
        raise ProviderUnavailable("oauth/token: open_id is no id")
    if not isinstance(scope, str):
        raise ProviderUnavailable("oauth/token: scope is no text")
    if type(lasts_s) is not int or not 0 < lasts_s < _LONGEST_S:  # not isinstance: True is an int
        raise ProviderUnavailable("oauth/token: expires_in is no number of seconds")
    scopes = frozenset(name for name in _SEPARATORS.split(scope) if name)
    return NewToken(value, open_id, scopes, int(now) + lasts_s)


def read_revocation(response: ProviderResponse, *, now: float) -> None:
    """Pass where a token is revoked, or was before; `now` is in epoch seconds. A success says nothing.

    Source: https://developers.tiktok.com/docs/en/oauth-revoke-a-user-access-token

    Raises:
        ExchangeError: TikTok refuses; the class says whose fault it is.
        ProviderUnavailable: TikTok is down, or its answer is not understood.
    """
    if response.status == 200 and not response.body:
        return
    body = response.object_or_empty()
    if response.status < 500 and body.get("error") == GONE:
        return
    if response.status != 200 or "error" in body:
        raise refused("oauth/revoke", response, body, errors=REVOKE_ERRORS, now=now)
    if body:
        raise ProviderUnavailable("oauth/revoke: an answer that is not empty")


def read_user(response: ProviderResponse, *, open_id: str, now: float) -> dict[str, Any]:
    """Read the answer of `user/info`, which must be the user `open_id`; `now` is in epoch seconds.

    A success has an `error`, too, whose code is `ok`.
    Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info

    Raises:
        ExchangeError: TikTok refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of a wrong type, or the user is another one.
    """
    body = response.object_or_empty()
    error, data = body.get("error"), body.get("data")
    if response.status != 200 or not isinstance(error, dict) or error.get("code") != "ok":
        raise refused("user/info", response, body, errors=USER_ERRORS, now=now)
    user = data.get("user") if isinstance(data, dict) else None
    if not isinstance(user, dict):
        raise ProviderUnavailable("user/info: the answer holds no user")
    if user.get("open_id") != open_id:
        raise ProviderUnavailable("user/info: the user is not the one of the exchange")
    return user


def union_id_of(user: Mapping[str, Any]) -> str | None:
    """Return the id that a user has at all apps of one developer; None where TikTok does not say it.

    Raises:
        ProviderUnavailable: it is no id.
    """
    union_id = user.get("union_id")
    if union_id is None or union_id == "":
        return None
    if not isinstance(union_id, str) or not is_user_id(union_id):
        raise ProviderUnavailable("user/info: union_id is no id")
    return union_id
