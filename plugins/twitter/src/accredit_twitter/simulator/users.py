"""The people of the kit as X's user objects.

Sources: X API v2, "User object"; X API v1.1, "User object".
"""

from collections.abc import Collection
from typing import Any

from accredit.testing import Person

USER_FIELDS = frozenset(
    {
        "affiliation",
        "confirmed_email",
        "connection_status",
        "created_at",
        "description",
        "entities",
        "id",
        "is_identity_verified",
        "location",
        "most_recent_post_id",
        "name",
        "parody",
        "pinned_post_id",
        "profile_banner_url",
        "profile_image_url",
        "protected",
        "public_metrics",
        "receives_your_dm",
        "subscribes_to_you",
        "subscription",
        "subscription_type",
        "url",
        "username",
        "verified",
        "verified_followers_count",
        "verified_type",
        "withheld",
    }
)
"""What v2 takes for `user.fields`."""
_DEFAULT_PICTURE = "abs.twimg.com/sticky/default_profile_images/default_profile_normal.png"
_HOMES = {"ada": "London", "sappho": "Μυτιλήνη"}
_WEBSITES = {"ada": "https://ada.example.com/notes"}


def _picture(person: Person) -> str:
    if not person.has_picture:
        return _DEFAULT_PICTURE
    return f"pbs.twimg.com/profile_images/{person.number}/{person.screen_name}_normal.jpg"


def _short_link(person: Person) -> str:
    return f"https://t.co/sim{person.key}" if person.key in _WEBSITES else ""


def _entities(person: Person) -> dict[str, Any]:
    url = {
        "start": 0,
        "end": 23,
        "url": _short_link(person),
        "expanded_url": _WEBSITES[person.key],
        "display_url": _WEBSITES[person.key].removeprefix("https://"),
    }
    return {"url": {"urls": [url]}}


def v2_user(person: Person, fields: Collection[str]) -> dict[str, Any]:
    """Return the user with `fields` beside the default ones; what the person does not have is absent."""
    everything: dict[str, Any] = {
        "id": str(person.number),
        "name": person.name,
        "username": person.screen_name,
        "confirmed_email": person.email,
        "created_at": "2009-05-09T17:58:22.000Z",
        "description": "",
        "entities": _entities(person) if person.key in _WEBSITES else None,
        "location": _HOMES.get(person.key),
        "profile_image_url": f"https://{_picture(person)}",
        "protected": False,
        "url": _short_link(person),
        "verified": False,
        "verified_type": "none",
    }
    wanted = {"id", "name", "username", *fields}
    return {name: value for name, value in everything.items() if name in wanted and value is not None}


def v1_1_user(person: Person, *, include_email: bool, include_entities: bool, skip_status: bool) -> dict[str, Any]:
    """Return the user; what the person does not have is null, blank or a default."""
    user: dict[str, Any] = {
        "id": person.number,
        "id_str": str(person.number),
        "name": person.name,
        "screen_name": person.screen_name,
        "location": _HOMES.get(person.key, ""),
        "description": "",
        "url": _short_link(person) or None,
        "protected": False,
        "followers_count": 1,
        "friends_count": 1,
        "listed_count": 0,
        "created_at": "Sat May 09 17:58:22 +0000 2009",
        "favourites_count": 0,
        "utc_offset": None,
        "time_zone": None,
        "geo_enabled": False,
        "verified": False,
        "statuses_count": 1,
        "lang": None,
        "contributors_enabled": False,
        "is_translator": False,
        "profile_image_url": f"http://{_picture(person)}",
        "profile_image_url_https": f"https://{_picture(person)}",
        "default_profile": True,
        "default_profile_image": not person.has_picture,
        "following": False,
        "follow_request_sent": False,
        "notifications": False,
        "suspended": False,
        "needs_phone_verification": False,
    }
    if include_entities:
        user["entities"] = {
            **(_entities(person) if person.key in _WEBSITES else {}),
            "description": {"urls": []},
        }
    if not skip_status:
        user["status"] = {"id": 1, "id_str": "1", "text": "just setting up my xttr"}
    if include_email:
        user["email"] = person.email
    return user
