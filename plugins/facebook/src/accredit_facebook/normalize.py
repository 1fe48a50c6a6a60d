"""Map Facebook's profile to OIDC claims. Pure.

Graph fields and the claims of a Limited Login token differ in their names only, so one mapping reads both.

Source: https://developers.facebook.com/docs/graph-api/reference/user,
https://developers.facebook.com/docs/facebook-login/limited-login/permissions
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import text

_BIRTHDAY = re.compile(r"(0[1-9]|1[0-2])/(0[1-9]|[12][0-9]|3[01])(?:/([0-9]{4}))?")
_YEAR = re.compile(r"[0-9]{4}")
_LOCALE = re.compile(r"([a-z]{2,3})_([A-Z]{2})")


def to_profile(claims: Mapping[str, Any]) -> Profile:
    """Return the profile; what Facebook did not state, or stated in an unknown form, is absent."""
    # What is passed on as it stands, the profile cleans or leaves out.
    address = claims.get("email")
    return Profile(
        name=claims.get("name"),
        given_name=claims.get("first_name") or claims.get("given_name"),
        middle_name=claims.get("middle_name"),
        family_name=claims.get("last_name") or claims.get("family_name"),
        nickname=claims.get("short_name"),
        profile=claims.get("link") or claims.get("user_link"),
        picture=_picture(claims.get("picture")),
        website=claims.get("website"),
        gender=_gender(text(claims.get("gender") or claims.get("user_gender"))),
        birthdate=_birthdate(text(claims.get("birthday") or claims.get("user_birthday"))),
        locale=_locale(text(claims.get("locale"))),
        updated_at=_epoch(text(claims.get("updated_time"))),
        # Facebook hands out "valid" addresses and nowhere says that it has verified one.
        email=Email(address, Assurance.UNVERIFIED) if address else None,
        address=_place(claims.get("location")) or _place(claims.get("user_location")),
    )


def _picture(value: object) -> Any:
    """Read `{"data": {"url", "is_silhouette"}}`, or the plain string of Limited Login and of old versions."""
    if not isinstance(value, dict):
        return value
    data = value.get("data")
    # A silhouette stands for "no picture".
    return data.get("url") if isinstance(data, dict) and data.get("is_silhouette") is not True else None


def _gender(value: str | None) -> str | None:
    # Anything else is a translated word or a preferred pronoun.
    return value if value in {"male", "female"} else None


def _birthdate(value: str | None) -> str | None:
    """Turn `MM/DD/YYYY`, `MM/DD` or `YYYY` around. Source: OpenID Connect Core 1.0 section 5.1."""
    if value is None or _YEAR.fullmatch(value):
        return value
    match = _BIRTHDAY.fullmatch(value)
    return f"{match[3] or '0000'}-{match[1]}-{match[2]}" if match else None


def _locale(value: str | None) -> str | None:
    match = _LOCALE.fullmatch(value) if value else None
    return f"{match[1]}-{match[2]}" if match else None


def _epoch(value: str | None) -> int | None:
    if value is None:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    # Without an offset nobody knows the moment.
    return int(when.timestamp()) if when.tzinfo else None


def _place(value: object) -> str | None:
    return text(value.get("name")) if isinstance(value, dict) else None
