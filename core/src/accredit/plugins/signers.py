"""The signing keys that plugins keep elsewhere."""

import pluggy

from accredit.keys import ExternalKey
from accredit.plugins.registration import registered


def signers_of(manager: pluggy.PluginManager) -> tuple[ExternalKey, ...]:
    """Return what the plugins' hooks `signer` name, in the order the plugins were given.

    Raises:
        PluginError: a hook failed, or returned what is no signer.
    """
    named = registered(manager, "signer", lambda signer: signer)
    return tuple(ExternalKey(signer, source) for source, signer in named if signer is not None)
