"""The one place that blanks secrets: by what they are called, by what they look like, and by what they are."""

import functools
import re
from collections.abc import Iterable, Mapping, MutableMapping
from itertools import takewhile
from typing import Any

from pydantic import SecretStr

from accredit.settings import ConnectionSettings

BLANK = "[redacted]"

_SECRET_KEYS = re.compile(r"token$|secret|password|authorization|nonce|proof_value|^code$", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(?P<name>\b\w*(?:token|secret|proof|code)=)[^&\s\"']+"  # a query or form parameter
    r"|(?P<scheme>\b(?:Bearer|OAuth2|OAuth|Basic)\s+)\S+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*",  # a JWT
    re.IGNORECASE,
)
_MAY_BE_SECRET = re.compile(r"[=\s]|eyJ", re.IGNORECASE)
"""What every secret text holds: most values need no closer look."""
_TEXT_SIGNS = ("=", "eyj", "bearer ", "oauth ", "oauth2 ", "basic ", "\\")
_SIGNS = (*_TEXT_SIGNS, 'token":', "secret", "password", "authorization", "nonce", "proof_value", '"code":')
"""One of these is in every line of JSON that holds a secret text or a secret's name, in small letters; of texts, one of
the first. A backslash may stand for any white space, or for the end of a name."""
_SHORTEST = 6
"""A nonce of `1` is no secret worth blanking every `1` for."""
_BEGINNING = 16
"""So many characters of a secret are secret too: whoever cuts a message may cut a secret."""
_ADDRESS = re.compile("https?\\b|//", re.IGNORECASE)


def processor(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact an event, as a processor of structlog: also for hosts' own pipelines."""
    return redact(event)


def redact(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `fields` with everything blank that is called like a secret, or looks like one."""
    return {key: _redacted(key, value) for key, value in fields.items()}


def may_hold_secret(line: str, *, names_are_ours: bool = False) -> bool:
    """Tell whether an event that was rendered as JSON may hold what `redact` blanks: one look in place of one a value.

    With `names_are_ours` no name in it is like a secret's, and only its texts are looked at. Letters beyond ASCII have
    more white space among them than can be listed.
    """
    return not line.isascii() or any(map(line.lower().__contains__, _TEXT_SIGNS if names_are_ours else _SIGNS))


@functools.lru_cache(maxsize=1024)
def _is_secret_key(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


def _redacted(key: str, value: Any) -> Any:
    if _is_secret_key(key) and value is not None and not isinstance(value, bool):
        return BLANK
    if isinstance(value, dict):
        return {name: _redacted(str(name), one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(key, one) for one in value]
    if not isinstance(value, str):
        return value
    if not _MAY_BE_SECRET.search(value):
        return value
    return _SECRET_TEXT.sub(lambda hit: f"{hit['name'] or hit['scheme'] or ''}{BLANK}", value)


def secrets_of(settings: ConnectionSettings) -> list[str]:
    """Return what a connection's settings hold as secrets."""
    return [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]


def without(secrets: Iterable[str], value: Any, *, in_names: bool = False) -> Any:
    """Return JSON values without any of `secrets`, and without the parts of one that is joined by colons.

    A text may hold no more than the first 15 characters of one: it may have been cut. Of web addresses only the whole
    is blanked, since others begin as they do. Names in mappings are ours, and stay; with `in_names` they are somebody
    else's.
    """
    parts = {part for secret in secrets for part in (secret, *secret.split(":")) if len(part) >= _SHORTEST}
    return _without(sorted(parts, key=len, reverse=True), value, in_names=in_names)


def _without(hidden: list[str], value: Any, *, in_names: bool) -> Any:
    if isinstance(value, dict):
        return {
            _without(hidden, name, in_names=True) if in_names else name: _without(hidden, one, in_names=in_names)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_without(hidden, one, in_names=in_names) for one in value]
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, BLANK)
            if len(secret) > _BEGINNING and not _ADDRESS.match(secret):
                value = _without_beginnings(secret, value)
    return value


def _without_beginnings(secret: str, value: str) -> str:
    beginning = secret[:_BEGINNING]
    while beginning in value:
        at = value.index(beginning)
        pairs = zip(secret, value[at : at + len(secret)], strict=False)  # the text may end before the secret does
        value = value[:at] + BLANK + value[at + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) :]
    return value
