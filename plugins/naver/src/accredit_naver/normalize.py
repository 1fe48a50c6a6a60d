"""Naver's words for a person to OIDC claims.

Source: https://developers.naver.com/docs/login/profile/profile.md. All but the id is there only where the user and the
app's settings at Naver allow it.
"""

import re
from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text, web_url

_YEAR = re.compile(r"[1-9][0-9]{3}")
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_GENDERS: Mapping[object, str] = {"F": "female", "M": "male"}
_NO_PICTURE = "https://ssl.pstatic.net/static/pwe/address/"
"""Below it are the pictures of users who have none: `nodata_33x33.gif` in the page's example, and
`img_profile.png` in many an app's data."""


def to_profile(user: Mapping[str, Any]) -> Profile:
    """Return what `nid/me` says of a user."""
    gender = user.get("gender")
    return Profile(
        name=text(user.get("name")),
        nickname=_nickname(user.get("nickname")),
        picture=_picture(user.get("profile_image")),
        gender=_GENDERS.get(gender) if isinstance(gender, str) else None,  # U: Naver cannot tell
        birthdate=_birthdate(user),
        email=_email(user.get("email")),
    )


def _nickname(value: object) -> str | None:
    """Return a nickname that was chosen; in its place Naver puts the masked id, such as `ada***`."""
    found = text(value)
    return None if found is None or found.endswith("***") else found


def _picture(value: object) -> str | None:
    found = web_url(value)
    return None if found is None or found.startswith(_NO_PICTURE) else found


def _birthdate(user: Mapping[str, Any]) -> str | None:
    year, day = user.get("birthyear"), user.get("birthday")
    year = year if isinstance(year, str) and _YEAR.fullmatch(year) else None
    if not isinstance(day, str) or not _DAY.fullmatch(day):
        return year
    return f"{year or '0000'}-{day}"


def _email(value: object) -> Email | None:
    """Take an address of Naver's own for verified. Any other is a contact address, which nobody says is verified."""
    address = email_address(value)
    if address is None:
        return None
    is_of_naver = address.rpartition("@")[2].lower() == "naver.com"
    return Email(address, Assurance.PROVIDER_ASSERTED if is_of_naver else Assurance.UNVERIFIED)
