"""Under what a verification is kept: a keyed hash of all that decides it."""

import hmac
from collections.abc import Mapping

from accredit.exchange.fingerprint import fingerprint
from accredit.models import ProviderToken
from accredit.plugins import Connection


class CacheKeys:
    """Make keys that differ wherever the token, its secret, the nonce, the connection or `issuer` does.

    Two connections are the same if their names, their strategies with who brings them, and all settings are: nodes that
    share what is kept may have been given different ones. Settings that hold what cannot be written down are no reason
    to fail: such a connection shares nothing with another process.

    `issuer` is ours. Without `secret` nobody learns from a key what a token is, or tries tokens on it.
    """

    def __init__(self, connections: Mapping[str, Connection], *, issuer: str, secret: bytes) -> None:
        # Begun once. Nor is it `hmac.digest`, which lets other threads run meanwhile: they take longer than it does.
        self._mac = hmac.new(secret, digestmod="sha256")
        self._prefixes = {
            name: f"{_part(issuer)}{_part(name)}{_part(one.strategy.name)}{_part(fingerprint(one))}"
            for name, one in connections.items()
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
