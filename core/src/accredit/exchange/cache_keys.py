"""Under what a verification is kept: a keyed hash of all that decides it."""

import hmac
from collections.abc import Mapping

from pydantic import SecretStr

from accredit.credentials import AccessToken, Credential, ProviderToken
from accredit.exchange.fingerprint import fingerprint
from accredit.plugins import Connection


class CacheKeys:
    """Make keys that differ wherever the credential, what comes with it, the connection or `issuer` does.

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

    def of(self, connection: str, token: ProviderToken | Credential) -> bytes:
        """Return the key of a token at a connection, 32 bytes."""
        # None of them is empty where it is there (`accredit.parameters.check_secret`).
        secret = _text(token.secret) if isinstance(token, ProviderToken | AccessToken) else ""
        mac = self._mac.copy()
        mac.update(
            f"{self._prefixes[connection]}{_part(token.reveal())}{_part(secret)}{_part(_text(token.nonce))}".encode()
        )
        if token.extras is not None or not isinstance(token, ProviderToken):
            mac.update(_more(token).encode())
        return mac.digest()


def _more(token: ProviderToken | Credential) -> str:
    """Write what few have: the kind, where it was stated, and what else the request said."""
    kind = "" if isinstance(token, ProviderToken) else token.kind
    id_token = _text(token.id_token) if isinstance(token, AccessToken) else ""
    extras = sorted((token.extras or {}).items())
    return "".join(map(_part, (kind, id_token, *(text for name, one in extras for text in (name, _text(one))))))


def _text(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def _part(text: str) -> str:
    """Put its length before a part: what one ends with cannot pass for the beginning of the next."""
    return f"{len(text)}:{text}"
