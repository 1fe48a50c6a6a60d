"""Read X's answers: the object they hold, the user in those of the two calls that say whose a token is, a new token."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.errors import ProviderUnavailable, ProviderUserBlocked
from accredit.strategy import ProviderResponse
from accredit_twitter.refusals import is_unknown_token, refusal_of_exchange, refusal_of_revocation

_ID = re.compile(r"[0-9]{1,19}")
_VISIBLE = re.compile(r"[!-~]{1,2048}")
_LONGEST_S = 10**9

User = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProfileApi:
    """One call. `read` returns the user's id and raw profile, or None where the answer holds no user."""

    path: str
    name: str
    """Ours, for the audit event."""
    params: Mapping[str, str]
    read: Callable[[User], tuple[str, User] | None]


def object_of(response: ProviderResponse) -> Mapping[str, Any]:
    """Return the answer's JSON object, or an empty one: a refusal without JSON still has a status."""
    try:
        return response.json_object()
    except ProviderUnavailable:
        return {}


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a code was exchanged for. `expires_at` is in epoch seconds."""

    value: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scopes: frozenset[str]
    expires_at: int


def read_new_token(response: ProviderResponse, *, now: float) -> NewToken:
    """Read the answer of the exchange; `now` is in epoch seconds.

    Source: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token

    Raises:
        ExchangeError: X refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of the wrong type.
    """
    body = object_of(response)
    if response.status != 200 or "error" in body:
        raise refusal_of_exchange("oauth2/token", response, body, now=now)
    value, scope, lasts_s = body.get("access_token"), body.get("scope"), body.get("expires_in")
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ProviderUnavailable("oauth2/token: the answer holds no token")
    if not isinstance(scope, str):
        raise ProviderUnavailable("oauth2/token: scope is no text")
    if type(lasts_s) is not int or not 0 < lasts_s < _LONGEST_S:  # not isinstance: True is an int
        raise ProviderUnavailable("oauth2/token: expires_in is no number of seconds")
    refresh_token = body.get("refresh_token")
    if refresh_token is not None and not (isinstance(refresh_token, str) and _VISIBLE.fullmatch(refresh_token)):
        raise ProviderUnavailable("oauth2/token: refresh_token is no token")
    return NewToken(value, refresh_token, frozenset(scope.split()), int(now) + lasts_s)


def read_revocation(response: ProviderResponse, *, now: float) -> None:
    """Pass where a token is revoked, or was before; `now` is in epoch seconds.

    Source: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token

    Raises:
        ExchangeError: X refuses; the class says whose fault it is.
        ProviderUnavailable: X is down, or its answer is not understood.
    """
    body = object_of(response)
    if response.status == 400 and is_unknown_token(body):
        return
    if response.status != 200 or "error" in body:
        raise refusal_of_revocation("oauth2/revoke", response, body, now=now)
    if body.get("revoked") is not True:
        raise ProviderUnavailable("oauth2/revoke: the answer does not say that it is done")


def _checked(user_id: object) -> str:
    if not isinstance(user_id, str) or not _ID.fullmatch(user_id):
        raise ProviderUnavailable("user id is not a string of digits")
    return user_id


def _read_v2(body: User) -> tuple[str, User] | None:
    # `errors` beside `data` means that fields are missing, not that the user is: X answers 200 and what it may say.
    user = body.get("data")
    if not isinstance(user, dict) or "id" not in user:
        return None
    return _checked(user["id"]), user


def _read_v1_1(body: User) -> tuple[str, User] | None:
    suspended = body.get("suspended")
    if suspended is True:
        raise ProviderUserBlocked("X calls the user suspended")
    if suspended is not False and suspended is not None:
        raise ProviderUnavailable("suspended is no boolean")
    if "id_str" in body:
        return _checked(body["id_str"]), body
    if "id" not in body:
        return None
    # Old objects hold the number alone; Python reads it exactly, whatever its size.
    number = body["id"]
    return _checked(str(number) if isinstance(number, int) else None), body


PROFILE_APIS: Mapping[str, ProfileApi] = {
    # Only fields that are mapped: a name that X has dropped meanwhile would be a 400 for every login.
    # Source: X API v2, "Authenticated user lookup".
    "v2": ProfileApi(
        "/2/users/me", "users/me", {"user.fields": "confirmed_email,entities,location,profile_image_url,url"}, _read_v2
    ),
    # Source: X API v1.1, "GET account/verify_credentials".
    "v1.1": ProfileApi(
        "/1.1/account/verify_credentials.json",
        "verify_credentials",
        {"include_email": "true", "skip_status": "true", "include_entities": "false"},
        _read_v1_1,
    ),
}
