"""A login as its refresh token remembers it."""

import json
from collections.abc import Mapping
from typing import Any

from accredit.models import Identity, Login, Subject
from accredit.profile import PROFILE_CLAIMS, Assurance, Email, Profile
from accredit.storage import Grant


def stored_login(grant: Grant, scopes: tuple[str, ...]) -> Login:
    """Return the login that `grant` descends from, now with `scopes`: what hooks get to see at a refresh."""
    return Login(
        client_id=grant.client_id,
        identity=Identity(
            connection=grant.connection,
            strategy=grant.strategy,
            namespace=grant.strategy,
            user_id=grant.user_id,
            profile=profile_of(json.loads(grant.claims)),
            audience=None,
        ),
        subject=Subject(grant.subject),
        scopes=scopes,
        audience=grant.audience,
        device=grant.device,
        is_refresh=True,
    )


def profile_of(claims: Mapping[str, Any]) -> Profile:
    """Return the profile whose `claims()` these are; which assurance a verified address had is not kept."""
    email = claims.get("email")
    assurance = Assurance.PROVIDER_ASSERTED if claims.get("email_verified") is True else Assurance.UNVERIFIED
    return Profile(
        **{name: claims[name] for name in PROFILE_CLAIMS if name in claims},
        email=None if email is None else Email(email, assurance),
        address=claims.get("address", {}).get("formatted"),
    )
