"""A login as its session remembers it."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from accredit.models import Identity, Login, Subject
from accredit.profile import PROFILE_CLAIMS, Assurance, Email, Profile
from accredit.storage import Session

_PLAIN = frozenset(PROFILE_CLAIMS)
"""Claims that stand in a profile as they are."""


def recall_login(session: Session, scopes: tuple[str, ...], audience: str) -> Login:
    """Return the login that began `session`, now with `scopes`, for `audience`: what hooks get to see at a refresh."""
    return Login(
        client_id=session.client_id,
        identity=Identity(
            connection=session.connection,
            strategy=session.strategy,
            namespace=session.namespace,
            user_id=session.user_id,
            profile=profile_of(from_json(session.claims)),
            audience=None,
        ),
        subject=Subject(session.subject),
        scopes=scopes,
        audience=audience,
        device=session.device,
        is_refresh=True,
    )


def profile_of(claims: Mapping[str, Any]) -> Profile:
    """Return the profile whose `claims()` these are; which assurance a verified address had is not kept."""
    email = claims.get("email")
    assurance = Assurance.PROVIDER_ASSERTED if claims.get("email_verified") is True else Assurance.UNVERIFIED
    return Profile(
        **{name: value for name, value in claims.items() if name in _PLAIN},
        email=None if email is None else Email(email, assurance),
        address=claims.get("address", {}).get("formatted"),
    )
