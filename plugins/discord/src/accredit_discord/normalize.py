"""Map a Discord user to OIDC claims. Source: https://discord.com/developers/docs/resources/user#user-object"""

import re
from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text

_AVATAR = re.compile(r"(?:a_)?[0-9a-f]{32}")
_DISCRIMINATOR = re.compile(r"[0-9]{4}")
_PICTURE = "https://cdn.discordapp.com/avatars/{user_id}/{avatar}.{kind}"
"""Source: https://discord.com/developers/docs/reference#image-formatting"""


def to_profile(user_id: str, user: Mapping[str, Any]) -> Profile:
    """Return the profile of a `/users/@me` answer, or of the user in part that `/oauth2/@me` names."""
    name = _username(user)
    return Profile(
        name=text(user.get("global_name")),
        nickname=name,
        # Can be changed, and is then free for somebody else: a name to show, never an identity.
        preferred_username=name,
        picture=_picture(user_id, user.get("avatar")),
        locale=user.get("locale"),
        email=_email(user),
    )


def _username(user: Mapping[str, Any]) -> str | None:
    """Return the username; older accounts share one, and four digits tell them apart. "0" stands for none."""
    username, discriminator = text(user.get("username")), user.get("discriminator")
    if username is None or not isinstance(discriminator, str) or not _DISCRIMINATOR.fullmatch(discriminator):
        return username
    return username if discriminator == "0000" else f"{username}#{discriminator}"


def _picture(user_id: str, avatar: object) -> str | None:
    """Return the picture's address. Who has none is shown one of Discord's own, which says nothing of them."""
    if not isinstance(avatar, str) or not _AVATAR.fullmatch(avatar):
        return None
    return _PICTURE.format(user_id=user_id, avatar=avatar, kind="gif" if avatar.startswith("a_") else "png")


def _email(user: Mapping[str, Any]) -> Email | None:
    """`verified` is said of the address, and only by the boolean true."""
    address = email_address(user.get("email"))
    if address is None:
        return None
    is_verified = user.get("verified") is True
    return Email(address, Assurance.PROVIDER_ASSERTED if is_verified else Assurance.UNVERIFIED)
