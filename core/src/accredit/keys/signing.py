"""The keys of one moment."""

from collections.abc import Sequence
from typing import Any

from accredit.keys.jose import PublicKeys, SigningKey
from accredit.keys.published import PublishedKey
from accredit.keys.signer import ExternalKey

OurKey = SigningKey | ExternalKey | PublishedKey
"""A key of ours, wherever its private half may be."""


class SigningKeys:
    """All our keys at one moment; the last signs, every one verifies and is published.

    Take `current` once for tokens that belong together: the next look may find another key. Sign with
    `accredit.keys.sign`, which waits for a key that lives elsewhere without keeping others waiting.
    """

    def __init__(self, keys: Sequence[OurKey]) -> None:
        self.all = tuple(keys)
        self.current = keys[-1]
        self.algorithms = tuple(dict.fromkeys(key.alg for key in keys))
        self._jwks = {"keys": [key.public_jwk() for key in keys]}
        self.public = PublicKeys(self._jwks)

    def derived(self, purpose: bytes) -> tuple[bytes, ...]:
        """Return a secret of each private key that is here, that of the current one first.

        None at all where the current one is elsewhere: other nodes need not have the rest.
        """
        if not isinstance(self.current, SigningKey):
            return ()
        return tuple(key.derived(purpose) for key in reversed(self.all) if isinstance(key, SigningKey))

    def jwks(self) -> dict[str, Any]:
        """Return the JWKS to publish; it holds no private parts."""
        return self._jwks
