"""LINE's words for a person to OIDC claims.

Sources: https://developers.line.biz/en/reference/line-login/#get-user-profile, /#userinfo and
https://developers.line.biz/en/docs/line-login/verify-id-token/#payload. All of them show the main profile alone.
"""

from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text, web_url


def to_profile(said: Mapping[str, Any]) -> Profile:
    """Return what `profile`, `userinfo` or an ID token says; a display name is no real one, but all there is."""
    address = email_address(said.get("email"))
    return Profile(
        name=text(said.get("name")) or text(said.get("displayName")),
        picture=web_url(said.get("picture")) or web_url(said.get("pictureUrl")),
        # LINE says nowhere that it has verified an address.
        email=None if address is None else Email(address, Assurance.UNVERIFIED),
    )
