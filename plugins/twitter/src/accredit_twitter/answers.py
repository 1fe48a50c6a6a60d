"""Read X's answers: the object they hold, and the user in those of the two calls that say whose a token is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accredit.errors import ProviderUnavailable, ProviderUserBlocked
from accredit.strategy import ProviderResponse

_ID = re.compile(r"[0-9]{1,19}")

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
