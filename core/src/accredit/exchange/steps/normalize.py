"""The provider's raw profile to an `Identity`."""

from dataclasses import replace

from accredit._guard import guarded
from accredit.errors import PluginFailed
from accredit.models import Identity, Verification
from accredit.plugins import Connection
from accredit.profile import Assurance, Profile


def normalize(connection: Connection, verification: Verification) -> Identity:
    """Let the strategy map the profile, and apply the connection's `trust_email`.

    Raises:
        PluginFailed: the strategy raised, or returned no profile.
    """
    with guarded("normalize"):
        profile = connection.strategy.normalize(verification)
    if type(profile) is not Profile:  # not isinstance: a class of the strategy's own could state whatever it likes
        raise PluginFailed(f"normalize returned {type(profile).__name__}")
    if connection.settings.trust_email and profile.email is not None and not profile.email.verified:
        profile = replace(profile, email=replace(profile.email, assurance=Assurance.PROVIDER_ASSERTED))
    return Identity(
        connection=connection.name,
        strategy=connection.strategy.name,
        namespace=connection.namespace,
        user_id=verification.user_id,
        profile=profile,
        audience=verification.audience,
        expires_at=verification.expires_at,
        provider_scopes=verification.scopes,
    )
