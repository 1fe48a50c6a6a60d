"""Whose tokens a connection lets in: ids that the operator has written in its table, and no other.

A strategy's settings name them (`accepted_audiences`). An id that is not in the table is one the author has put there:
an app of theirs, a default that fits nobody else, a text made from another. Its tokens would log people in here.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from types import MappingProxyType
from typing import Any

from accredit._guard import blamed
from accredit.credentials import CredentialKind
from accredit.errors import ConfigurationError, PluginError
from accredit.settings import ConnectionSettings

_WITH_ID_TOKENS = frozenset({"id_token", "code"})
"""Of which ID tokens may come."""


def accepted_ids(
    settings: ConnectionSettings, table: Mapping[str, Any], *, connection: str, source: str
) -> frozenset[str]:
    """Return our app ids at the provider. `table` is the connection as it was written; `source` brings the strategy.

    Raises:
        ConfigurationError: there is none.
        PluginError: they are no set of text, or one of them does not stand in the table.
    """
    with blamed(f"{source}: accepted_audiences of connection '{connection}' failed"):
        stated: Any = settings.accepted_audiences
        ids = list(stated) if isinstance(stated, Set) else None
    if ids is None:
        kind = type(stated).__name__
        raise PluginError(
            f"{source}: accepted_audiences is a {kind}: make it a frozenset, in a text a part would match"
        )
    if not all(isinstance(one, str) for one in ids):
        raise PluginError(f"{source}: accepted_audiences holds what is no text: ids are compared as text")
    if not ids or not all(ids):
        raise ConfigurationError(f"connection '{connection}': no accepted app id is configured")
    if not _validated(settings) & _written(table) >= set(ids):
        # The id itself is not told: it may be a secret.
        raise PluginError(
            f"{source}: accepted_audiences holds an id that does not stand in [connections.{connection}]: return only"
            " settings that the operator has written there, each a whole text or an entry of a list; never a default, a"
            " secret, or what is made from them"
        )
    return frozenset(ids)


def families_of(settings: ConnectionSettings, accepted: frozenset[str], *, source: str) -> Mapping[str, frozenset[str]]:
    """Return the accepted ids by family, in a table that nobody can change.

    Raises:
        PluginError: they are no mapping of sets, or together not what is accepted.
    """
    with blamed(f"{source}: audience_families failed"):
        stated: Any = settings.audience_families
        families = {name: frozenset(ids) for name, ids in stated.items() if isinstance(name, str)}
        is_whole = len(families) == len(stated) and all(isinstance(ids, Set) for ids in stated.values())
    if not is_whole or frozenset().union(*families.values()) != accepted:
        raise PluginError(
            f"{source}: audience_families is no mapping of names to sets that make up accepted_audiences together"
        )
    return MappingProxyType(families)


def trusted_ids(
    settings: ConnectionSettings, accepted: Set[str], accepts: Set[CredentialKind], *, connection: str
) -> frozenset[str]:
    """Return the audiences that are trusted beside ours. `accepts` are the kinds of credentials of the strategy.

    Raises:
        ConfigurationError: one of them is ours, or the strategy reads no ID tokens.
    """
    trusted = frozenset(settings.trusted_audiences)
    if not trusted.isdisjoint(accepted):
        raise ConfigurationError(
            f"connection '{connection}': trusted_audiences holds an app id of ours: those are accepted anyway, and what"
            " stands here is never accepted alone"
        )
    if trusted and accepts.isdisjoint(_WITH_ID_TOKENS):
        raise ConfigurationError(f"connection '{connection}': trusted_audiences: its strategy takes no ID tokens")
    return trusted


def _validated(settings: ConnectionSettings) -> set[str]:
    """Return the texts of a strategy's own settings that are no secrets and no defaults."""
    names = settings.model_fields_set - ConnectionSettings.model_fields.keys()
    return set(_texts(vars(settings).get(name) for name in names))


def _written(table: Mapping[str, Any]) -> set[str]:
    """Return the texts of a table as they stand there; a list may be one text, separated by commas."""
    whole = set(_texts(table.values()))
    return whole | {part.strip() for text in whole for part in text.split(",")}


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        entries = value if isinstance(value, list | tuple | set | frozenset) else [value]
        yield from (one for one in entries if isinstance(one, str))
