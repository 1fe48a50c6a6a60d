"""Map a GitHub user to OIDC claims.

Source: https://docs.github.com/en/rest/users/users#get-the-authenticated-user
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text, web_url

_NOREPLY = "@users.noreply."
"""What GitHub makes up for users who keep their addresses to themselves: `ID+login@users.noreply.github.com`, older
ones without the id; an Enterprise Server has its own host there. GitHub says "verified" of them, and they take no mail.

Source: https://docs.github.com/en/account-and-profile/setting-up-and-managing-your-personal-account-on-github
/managing-email-preferences/setting-your-commit-email-address
"""


def to_profile(user: Mapping[str, Any], addresses: object) -> Profile:
    """Return the profile of a `/user` answer and of what `/user/emails` said.

    `email` of `/user` is what people choose to show; without `/user/emails` nobody knows whether it is verified.
    """
    login = text(user.get("login"))
    return Profile(
        name=text(user.get("name")),
        nickname=login,
        # Can be changed, and is then free for somebody else: a name to show, never an identity.
        preferred_username=login,
        profile=user.get("html_url"),
        picture=user.get("avatar_url"),
        website=web_url(user.get("blog")),
        updated_at=_moment(user.get("updated_at")),
        email=_email(addresses),
        address=text(user.get("location")),
    )


def _email(addresses: object) -> Email | None:
    """Return the verified primary address, else the first verified one; never one that is not, or takes no mail."""
    usable = sorted(_verified(addresses), key=lambda found: not found[1])  # a stable sort: the primary one comes first
    return Email(usable[0][0], Assurance.PROVIDER_ASSERTED) if usable else None


def _verified(addresses: object) -> Iterator[tuple[str, bool]]:
    """Yield each address that is verified and takes mail, and whether it is the primary one."""
    for one in addresses if isinstance(addresses, list) else []:
        if not isinstance(one, dict) or one.get("verified") is not True:
            continue
        address = email_address(one.get("email"))
        if address is not None and _NOREPLY not in address.lower():
            yield address, one.get("primary") is True


def _moment(value: object) -> int | None:
    try:
        return int(dt.datetime.fromisoformat(value).timestamp()) if isinstance(value, str) and "T" in value else None
    except (ValueError, OverflowError):
        return None
