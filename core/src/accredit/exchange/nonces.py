"""Nonces that we make for clients: for one login at one connection, and good for ten minutes.

Nothing of them is stored before they are used. Each carries its end and a MAC, keyed with what all nodes have that
issue tokens: the private keys that sign them, or, where these are elsewhere, the encryption keys of the settings.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from typing import NamedTuple

from accredit._base64url import base64url
from accredit.errors import InvalidProviderToken, SignsElsewhere
from accredit.keys import SigningKeys

NONCE_TTL_S = 600
"""For so long a nonce is good: a person may take their time to log in at the provider."""
CLOCK_SKEW_S = 60
"""By so much the clock of the node that made it may be ahead of ours."""
_PURPOSE = b"accredit: nonces for clients"
_RANDOM_BYTES, _TIME_BYTES, _MAC_BYTES = 15, 6, 18
_LENGTH = (_RANDOM_BYTES + _TIME_BYTES + _MAC_BYTES) * 4 // 3
"""Characters. The bytes fill them, so that no two texts mean the same bytes."""
_NOT_OURS = "nonce was not issued here for this client and connection"


class IssuedNonce(NamedTuple):
    """What a nonce of ours says. `expires_at` is epoch seconds."""

    id: str
    expires_at: int


class Nonces:
    """Make nonces, and know them again on every node.

    `issuer` is ours; `keys` returns those of this moment; `encryption_keys` are used where no private key is here;
    `clock` returns epoch seconds.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Callable[[], SigningKeys],
        encryption_keys: Sequence[bytes],
        clock: Callable[[], float],
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._encryption_keys = tuple(encryption_keys)
        self._clock = clock
        self._known: tuple[SigningKeys, tuple[bytes, ...]] | None = None

    def issue(self, client_id: str, connection: str) -> str:
        """Return a new nonce, 52 characters of base64url, for a login of that client at that connection.

        Raises:
            SignsElsewhere: this node has nothing to make one with.
        """
        ends_at = int(self._clock()) + NONCE_TTL_S
        content = secrets.token_bytes(_RANDOM_BYTES) + ends_at.to_bytes(_TIME_BYTES)
        return base64url(content + self._mac(self._secrets()[0], content, client_id, connection))

    def read(self, nonce: str, client_id: str, connection: str) -> IssuedNonce:
        """Return what a nonce says that we have made for a login of that client at that connection.

        Raises:
            InvalidProviderToken: it is another client's or connection's, has ended, or is none of ours.
            SignsElsewhere: this node cannot tell.
        """
        raw = _decoded(nonce)
        content, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        known = [self._mac(secret, content, client_id, connection) for secret in self._secrets()]
        if True not in [hmac.compare_digest(mac, one) for one in known]:
            raise InvalidProviderToken(_NOT_OURS)
        expires_at, now = int.from_bytes(content[_RANDOM_BYTES:]), self._clock()
        if now >= expires_at:
            raise InvalidProviderToken("nonce has expired")
        if expires_at > now + NONCE_TTL_S + CLOCK_SKEW_S:  # by a clock that was put back since
            raise InvalidProviderToken("nonce was issued in the future")
        return IssuedNonce(content.hex(), expires_at)

    def _mac(self, secret: bytes, content: bytes, client_id: str, connection: str) -> bytes:
        parts = (self._issuer.encode(), client_id.encode(), connection.encode(), content)
        message = b"".join(len(part).to_bytes(4) + part for part in parts)
        return hmac.digest(secret, message, "sha256")[:_MAC_BYTES]

    def _secrets(self) -> tuple[bytes, ...]:
        """Return the MAC's keys: the first makes nonces, and all know them again.

        The key that signs next is among them, so that all nodes know what the first one to take it makes.
        """
        keys = self._keys()
        if self._known is None or self._known[0] is not keys:
            derived = keys.derived(_PURPOSE)
            others = (hmac.digest(key, _PURPOSE, "sha256") for key in self._encryption_keys)
            self._known = keys, derived or tuple(others)
        if not self._known[1]:
            raise SignsElsewhere
        return self._known[1]


def _decoded(nonce: str) -> bytes:
    try:
        if len(nonce) == _LENGTH and base64url(raw := urlsafe_b64decode(nonce)) == nonce:
            return raw
    except ValueError:
        pass
    raise InvalidProviderToken(_NOT_OURS)
