"""Habits of the original service that clients may lean on, each behind a switch."""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_AVATARS = "https://cdn.auth0.com/avatars/"


def with_auth0_fallbacks(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Add `nickname` (the address's local part) and `picture` (Gravatar, then initials) where they are missing."""
    email = claims.get("email")
    if email is None:
        return dict(claims)
    # Gravatar names pictures by MD5: an address of a picture, no protection of anything.
    digest = hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()
    fallback = quote(f"{_AVATARS}{email[:2].lower()}.png", safe="")
    return {
        "nickname": email.partition("@")[0],
        "picture": f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d={fallback}",
        **claims,
    }
