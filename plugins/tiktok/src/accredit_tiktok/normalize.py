"""Map a TikTok user to OIDC claims. Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info"""

from collections.abc import Mapping
from typing import Any

from accredit.profile import Profile
from accredit.text import text, web_url


def to_profile(user: Mapping[str, Any]) -> Profile:
    """Return the profile of a user of `user/info`. TikTok says no address of anybody."""
    username = text(user.get("username"))
    return Profile(
        name=text(user.get("display_name")),
        nickname=username,
        # Can be changed, and is then free for somebody else: a name to show, never an identity.
        preferred_username=username,
        # Signed, and gone after some hours.
        picture=web_url(user.get("avatar_large_url")) or web_url(user.get("avatar_url")),
    )
