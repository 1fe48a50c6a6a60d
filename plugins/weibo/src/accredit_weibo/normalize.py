"""Map a Weibo user to OIDC claims. Source: https://open.weibo.com/wiki/2/users/show"""

import re
from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import text, web_url

_GENDERS = {"m": "male", "f": "female"}  # `n` is "not stated"
_PICTURES = ("avatar_hd", "avatar_large", "profile_image_url")  # largest first; the last is 50 pixels wide
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?")


def to_profile(user_id: str, user: Mapping[str, Any], email: object) -> Profile:
    """Return the profile of a `users/show` answer, and of what `email.json` said."""
    screen_name = text(user.get("screen_name"))
    gender = user.get("gender")
    return Profile(
        name=text(user.get("name")) or screen_name,
        nickname=screen_name,
        preferred_username=screen_name,
        # By number: `profile_url` and `domain` change with the user's vanity name.
        profile=f"https://weibo.com/u/{user_id}",
        picture=next((url for field in _PICTURES if (url := web_url(user.get(field)))), None),
        website=user.get("url"),
        gender=_GENDERS.get(gender) if isinstance(gender, str) else None,
        locale=_locale(user.get("lang")),
        # Weibo says nowhere that it has verified an address.
        email=Email(email, Assurance.UNVERIFIED) if isinstance(email, str) else None,
        address=text(user.get("location")),
    )


def _locale(value: object) -> str | None:
    """`zh-cn` is `zh-CN` by convention. Source: RFC 5646 section 2.1.1."""
    parts = _LANGUAGE.fullmatch(text(value) or "")
    if parts is None:
        return None
    language, region = parts.groups()
    return f"{language.lower()}-{region.upper()}" if region else language.lower()
