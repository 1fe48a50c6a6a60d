"""Read what the Graph API answers to `debug_token`, `/me` and a code, trusting no type and no field."""

import re
from typing import Any, NamedTuple, TypeGuard

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.strategy import ProviderResponse
from accredit_facebook.refusals import (
    is_debug_only,
    is_removed,
    refusal_by_debug_token,
    refusal_by_exchange,
    refusal_by_me,
    refusal_by_revocation,
    refusal_of_token,
)

_USER_ID = re.compile(r"[0-9]{1,64}")
_VISIBLE = re.compile(r"[!-~]{1,4096}")


class Inspection(NamedTuple):
    """What `debug_token` says about a living token of a person. `expires_at` is None where it never ends."""

    app_id: str
    user_id: str
    expires_at: int | None
    scopes: frozenset[str]


def is_user_id(value: object) -> TypeGuard[str]:
    """Tell whether `value` is an app-scoped id: digits in a *string*, because they exceed 2^53."""
    return isinstance(value, str) and _USER_ID.fullmatch(value) is not None


def read_inspection(response: ProviderResponse, *, app_id: str, now: float, accept_non_expiring: bool) -> Inspection:
    """Return what `debug_token` says, if the token is valid now and a person's.

    `app_id` is our app, `now` is epoch seconds. Whether the token is our app's is not judged here.

    Raises:
        ExchangeError: anything else, by the tables of `accredit_facebook.refusals`.
    """
    data = require_inspection(response)
    _check_validity(data, response, app_id=app_id)
    _check_kind(data)
    token_app_id, user_id = data.get("app_id"), data.get("user_id")
    if not isinstance(token_app_id, str) or not token_app_id or not is_user_id(user_id):
        raise ProviderUnavailable("debug_token: app_id or user_id is missing or of a wrong type")
    return Inspection(
        app_id=token_app_id,
        user_id=user_id,
        expires_at=_expiry(data.get("expires_at"), now=now, accept_non_expiring=accept_non_expiring),
        scopes=_scopes(data.get("scopes", [])),
    )


def require_inspection(response: ProviderResponse) -> dict[str, Any]:
    """Return what `debug_token` says about any token at all, valid or not.

    Raises:
        ExchangeError: it inspects none for us, by the tables of `accredit_facebook.refusals`.
    """
    body = response.json_object()
    if "error" in body:
        raise refusal_by_debug_token(body["error"], response)
    data = body.get("data")
    if response.status != 200 or not isinstance(data, dict):
        raise ProviderUnavailable(f"unexpected answer of debug_token, status {response.status}")
    return data


def read_new_token(response: ProviderResponse) -> str:
    """Return the access token that a code was exchanged for; what else is said of it, `debug_token` says better.

    Source: https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow

    Raises:
        ExchangeError: anything else, by the tables of `accredit_facebook.refusals`.
    """
    body = response.json_object()
    if "error" in body:
        raise refusal_by_exchange(body["error"], response)
    value = body.get("access_token")
    if response.status != 200 or not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ProviderUnavailable(f"oauth/access_token: the answer holds no token, status {response.status}")
    return value


def read_profile(response: ProviderResponse, *, user_id: str) -> dict[str, Any]:
    """Return the fields of `/me`, if it is about `user_id`; none for a token that opens no profile.

    To be called only for a token that `debug_token` has called valid and ours: that proves the user's id, and for a
    session-info token there is no more to be had.
    Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-session-info

    Raises:
        ExchangeError: anything else, by the tables of `accredit_facebook.refusals`.
    """
    # From time to time Facebook's whole answer is `false`: no object, so the provider is unavailable.
    body = response.json_object()
    if "error" in body:
        if is_debug_only(body["error"], response):
            return {}
        raise refusal_by_me(body["error"], response)
    if response.status == 200 and body.get("id") == user_id:
        return body
    if response.status == 200 and is_user_id(body.get("id")):
        raise InvalidProviderToken("debug_token and me name different users")
    raise ProviderUnavailable(f"unexpected answer of me, status {response.status}")


def read_revocation(response: ProviderResponse) -> None:
    """Pass where what a user had granted is taken back now, or was before.

    The page says that a success is `true`; what the Graph API writes since its version 2.1 is `{"success": true}`.
    Source: https://developers.facebook.com/docs/graph-api/reference/user/permissions

    Raises:
        ExchangeError: anything else, by the tables of `accredit_facebook.refusals`.
    """
    said = response.json()
    body = said if isinstance(said, dict) else {"success": said}
    if "error" in body:
        if is_removed(body["error"], response):
            return
        raise refusal_by_revocation(body["error"], response)
    if response.status != 200 or body.get("success") is not True:
        raise ProviderUnavailable(f"permissions: an unexpected answer, status {response.status}")


def _check_validity(data: dict[str, Any], response: ProviderResponse, *, app_id: str) -> None:
    is_valid = data.get("is_valid")
    if not isinstance(is_valid, bool):
        raise ProviderUnavailable("debug_token: is_valid is missing or no boolean")
    if not is_valid or "error" in data:
        raise refusal_of_token(data, response, app_id=app_id)


def _check_kind(data: dict[str, Any]) -> None:
    """Let only a person's own token pass: no page's, app's or system user's, no impersonation."""
    kind = data.get("type")
    if not isinstance(kind, str):
        raise ProviderUnavailable("debug_token: type is missing or no string")
    if kind != "USER":
        raise InvalidProviderToken("type is not USER")
    # The id of a page for which the person acts.
    if "profile_id" in data:
        raise InvalidProviderToken("profile_id is present: an impersonated token")


def _expiry(value: object, *, now: float, accept_non_expiring: bool) -> int | None:
    if type(value) is not int:  # not isinstance: True is an int
        raise ProviderUnavailable("debug_token: expires_at is missing or no integer")
    if value == 0 and accept_non_expiring:
        return None
    if value == 0:
        raise InvalidProviderToken("expires_at is 0: the token never expires")
    if now >= value:
        raise InvalidProviderToken("expires_at has passed")
    return value


def _scopes(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not {str}.issuperset(map(type, value)):
        raise ProviderUnavailable("debug_token: scopes is no list of strings")
    return frozenset(value)
