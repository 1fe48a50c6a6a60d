"""Under what a verification is kept: a keyed hash of all that decides it."""

from collections.abc import Mapping
from hashlib import blake2b, sha256

from accredit.models import ProviderToken
from accredit.plugins import Connection


class CacheKeys:
    """Make keys that differ wherever the token, its secret, the nonce, the connection, its strategy or `issuer` does.

    `issuer` is ours. Without `secret` nobody learns from a key what a token is, or tries tokens on it.
    """

    def __init__(self, connections: Mapping[str, Connection], *, issuer: str, secret: bytes) -> None:
        # BLAKE2b takes a key by itself (RFC 7693), of 64 bytes at most. It is begun once.
        self._mac = blake2b(key=sha256(secret).digest(), digest_size=32)
        self._prefixes = {
            name: f"{_part(issuer)}{_part(name)}{_part(one.strategy.name)}" for name, one in connections.items()
        }

    def of(self, connection: str, token: ProviderToken) -> bytes:
        """Return the key of a token at a connection, 32 bytes."""
        # Neither of the two is empty where it is there (`accredit.parameters.check_secret`).
        secret = "" if token.secret is None else token.secret.get_secret_value()
        nonce = "" if token.nonce is None else token.nonce.get_secret_value()
        mac = self._mac.copy()
        mac.update(f"{self._prefixes[connection]}{_part(token.reveal())}{_part(secret)}{_part(nonce)}".encode())
        return mac.digest()


def _part(text: str) -> str:
    """Put its length before a part: what one ends with cannot pass for the beginning of the next."""
    return f"{len(text)}:{text}"
