"""The provider's raw profile to an `Identity`."""

from dataclasses import replace

from accredit._facts import NOTHING, copied
from accredit._guard import place_of
from accredit.audience import AudienceProof, Unbound
from accredit.errors import PluginFailed
from accredit.models import Identity, Verification
from accredit.plugins import Connection
from accredit.profile import Assurance, Email, Profile


def normalize(connection: Connection, verification: Verification) -> Identity:
    """Let the strategy map the profile, and apply the connection's `trust_email`.

    A token that anybody's app may have got asserts no address, whoever vouches for it: hosts decide by it who it is.

    Raises:
        PluginFailed: the strategy raised, or returned no profile.
    """
    try:
        profile = connection.strategy.normalize(verification)
    except BaseException as error:  # nobody can end a call that does not wait: it is the strategy's, whatever it is
        raise PluginFailed(f"normalize: {place_of(error)}") from None
    if type(profile) is not Profile:  # not isinstance: a class of the strategy's own could state whatever it likes
        raise PluginFailed(f"normalize returned {type(profile).__name__}")
    if profile.email is not None:
        assurance = _assurance(profile.email, verification.audience, connection)
        # A class of the strategy's own could state whatever it likes here, too. To make a profile anew takes a while.
        if assurance is not profile.email.assurance or type(profile.email) is not Email:
            profile = replace(profile, email=Email(profile.email.address, assurance))
    ids, facts = verification.alternate_ids, verification.facts
    return Identity(
        connection=connection.name,
        strategy=connection.strategy.name,
        namespace=connection.namespace,
        user_id=verification.user_id,
        profile=profile,
        audience=verification.audience,
        expires_at=verification.expires_at,
        provider_scopes=verification.scopes,
        alternate_ids=ids if ids is NOTHING else copied(ids),
        facts=facts if facts is NOTHING else copied(facts),
    )


def _assurance(email: Email, proof: AudienceProof, connection: Connection) -> Assurance:
    if isinstance(proof, Unbound):
        return Assurance.UNVERIFIED
    if connection.settings.trust_email and not email.verified:
        return Assurance.PROVIDER_ASSERTED
    return email.assurance
