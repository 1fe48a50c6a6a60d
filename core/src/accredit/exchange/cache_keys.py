"""Under what a verification is kept: a keyed hash of all that decides it."""

import hmac
from collections.abc import Mapping

from accredit.models import ProviderToken
from accredit.plugins import Connection


class CacheKeys:
    """Make keys that differ wherever the token, its secret, the nonce, the connection, its strategy or `issuer` does.

    `issuer` is ours. Without `secret` nobody learns from a key what a token is, or tries tokens on it.
    """

    def __init__(self, connections: Mapping[str, Connection], *, issuer: str, secret: bytes) -> None:
        # Begun once. Nor is it `hmac.digest`, which lets other threads run meanwhile: they take longer than it does.
        self._mac = hmac.new(secret, digestmod="sha256")
        self._prefixes = {name: _joined(issuer, name, one.strategy.name) for name, one in connections.items()}

    def of(self, connection: str, token: ProviderToken) -> bytes:
        """Return the key of a token at a connection, 32 bytes."""
        # None of them is empty where it is there (`accredit.parameters.check_secret`).
        others = ["" if one is None else one.get_secret_value() for one in (token.secret, token.nonce)]
        text = self._prefixes[connection] + _joined(token.reveal(), *others)
        mac = self._mac.copy()
        mac.update(text.encode())
        return mac.digest()


def _joined(*parts: str) -> str:
    """Put the length before each part: what one ends with cannot pass for the beginning of the next."""
    return "".join([f"{len(part)}:{part}" for part in parts])
