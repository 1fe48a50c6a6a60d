"""Blank secrets wherever they stand in what a command is about to print."""

from collections.abc import Iterable
from typing import Any

from pydantic import SecretStr

from accredit.settings import ConnectionSettings

_SHORTEST = 6
"""A nonce of `1` is no secret worth blanking every `1` for."""


def secrets_of(settings: ConnectionSettings) -> list[str]:
    """Return what a connection's settings hold as secrets."""
    return [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]


def without(secrets: Iterable[str], value: Any) -> Any:
    """Return JSON values without any of `secrets`, and without the parts of one that is joined by colons."""
    parts = {part for secret in secrets for part in (secret, *secret.split(":")) if len(part) >= _SHORTEST}
    return _blank(value, sorted(parts, key=len, reverse=True))


def _blank(value: Any, hidden: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _blank(one, hidden) for name, one in value.items()}
    if isinstance(value, list):
        return [_blank(one, hidden) for one in value]
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, "[redacted]")
    return value
