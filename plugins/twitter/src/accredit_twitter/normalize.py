"""Map X's user objects, of v2 and of v1.1 alike, to OIDC claims.

Sources: X API v2, "User object"; X API v1.1, "User object".
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text, web_url

# `…/abc_normal.jpg` is 48 pixels wide; without the suffix it is the picture as uploaded.
_SIZE = re.compile(r"_normal(?=(\.[A-Za-z]+)?$)")


def to_profile(user: Mapping[str, Any]) -> Profile:
    """Return the claims a user object states. Names are never split, and a default picture is no picture."""
    username = text(user.get("username")) or text(user.get("screen_name"))
    return Profile(
        # What is passed on as it stands, the profile cleans or leaves out.
        name=user.get("name"),
        nickname=username,
        preferred_username=username,
        profile=f"https://x.com/{quote(username, safe='')}" if username else None,
        picture=_picture(user),
        website=_website(user),
        locale=user.get("lang"),
        email=_email(user),
        address=text(user.get("location")),
    )


def _email(user: Mapping[str, Any]) -> Email | None:
    # v2 only has a *confirmed* address, and v1.1 answers null "if the email address is not verified".
    address = email_address(user.get("confirmed_email")) or email_address(user.get("email"))
    return Email(address, Assurance.PROVIDER_ASSERTED) if address else None


def _picture(user: Mapping[str, Any]) -> str | None:
    # v1.1 has both names, the plain one with http; v2 has the plain name only, with https.
    url = web_url(user.get("profile_image_url_https")) or web_url(user.get("profile_image_url"))
    is_default = user.get("default_profile_image") is True or (url is not None and "default_profile_images" in url)
    if url is None or is_default or not url.lower().startswith("https://"):
        return None
    return _SIZE.sub("", url)


def _website(user: Mapping[str, Any]) -> str | None:
    """Return the address the user typed, else X's t.co link to it."""
    return web_url(_expanded_url(user.get("entities"))) or web_url(user.get("url"))


def _expanded_url(entities: object) -> object:
    match entities:
        case {"url": {"urls": [{"expanded_url": url}, *_]}}:
            return url
        case _:
            return None
