"""Connections: the tables of the settings file, each with the strategy that serves it."""

from collections.abc import Iterable, Mapping, Sequence, Set
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any

import pluggy
from pydantic import TypeAdapter, ValidationError

from accredit._distributions import source_of
from accredit._guard import blamed
from accredit.errors import ConfigurationError, PluginError
from accredit.parameters import LONGEST
from accredit.plugins.accepted import accepted_ids, families_of, trusted_ids
from accredit.plugins.addresses import provider_urls
from accredit.plugins.connection import Connection
from accredit.plugins.discovery import installed_entry_points, load_strategy_plugin, nobody_brings
from accredit.plugins.namespaces import check_namespaces
from accredit.plugins.published import published
from accredit.plugins.registry import strategies_of
from accredit.settings import ConnectionSettings
from accredit.settings.environment import variable
from accredit.settings.sentences import nearest, sentences
from accredit.strategy import Strategy

_BOOL = TypeAdapter(bool)
_OF_CODES = ("code", "code_verifier", "redirect_uri")


def load_connections(
    tables: Mapping[str, Mapping[str, Any]],
    manager: pluggy.PluginManager,
    installed: Sequence[EntryPoint] | None = None,
) -> tuple[Mapping[str, Connection], frozenset[str]]:
    """Return the enabled connections by name, in a table that nobody can change, and the names of the disabled ones.

    Those load nothing. `installed` are the installed strategies; they are looked up where nobody has.

    Raises:
        ConfigurationError: a connection's settings are wrong; the message names connection and setting.
        PluginError: a strategy is missing, broken, or brought twice.
    """
    disabled = frozenset(name for name, table in tables.items() if _is_off(table))
    wanted = {name: str(table.get("strategy") or name) for name, table in tables.items() if name not in disabled}
    embedded = strategies_of(manager)
    installed = installed_entry_points() if installed is None else installed
    _check_brought(wanted, embedded.keys(), installed)
    for strategy in dict.fromkeys(wanted.values()):
        if strategy not in embedded:
            load_strategy_plugin(manager, strategy, installed)
        elif entries := [entry for entry in installed if entry.name == strategy]:
            sources = f"{embedded[strategy][1]} and {source_of(entries[0])}"
            raise PluginError(f"strategy '{strategy}' is brought by {sources}; keep one")
    known = strategies_of(manager)
    connections = {}
    for name, strategy in wanted.items():
        if strategy not in known:
            source = source_of(next(entry for entry in installed if entry.name == strategy))
            raise PluginError(f"{source}: its plugin does not yield a Strategy named '{strategy}'")
        strategy_type, source = known[strategy]
        connections[name] = _configure(name, tables[name], strategy_type, source)
    check_namespaces(connections, _strategy_names(tables, manager, installed))
    return MappingProxyType(connections), disabled


def _check_brought(wanted: Mapping[str, str], embedded: Set[str], installed: Sequence[EntryPoint]) -> None:
    """Refuse a strategy that nobody brings, with its place and the name that may be meant.

    A slip in a variable makes a connection of its own, which has no strategy: then another connection may be meant.
    """
    brought = embedded | {entry.name for entry in installed}
    for name, strategy in wanted.items():
        if strategy not in brought:
            others = {one for one, its in wanted.items() if its in brought} if name == strategy else set()
            near = () if strategy in published() else nearest([strategy], [[one] for one in sorted(brought | others)])
            meant = f"; did you mean {'.'.join(near)}?" if near else ""
            raise PluginError(f"setting connections.{name}: {nobody_brings(strategy, installed)}{meant}")


def reserved_namespaces(
    tables: Mapping[str, Mapping[str, Any]], manager: pluggy.PluginManager, installed: Iterable[EntryPoint]
) -> frozenset[str]:
    """Name every strategy and every namespace that is configured: subjects that begin so are some identity's."""
    namespaces = {str(table["namespace"]) for table in tables.values() if table.get("namespace")}
    return _strategy_names(tables, manager, installed) | namespaces


def _strategy_names(
    tables: Mapping[str, Mapping[str, Any]], manager: pluggy.PluginManager, installed: Iterable[EntryPoint]
) -> frozenset[str]:
    """Name every strategy that is configured, switched off or not, embedded, or installed."""
    configured = {str(table.get("strategy") or name) for name, table in tables.items()}
    return frozenset(configured | strategies_of(manager).keys() | {entry.name for entry in installed})


def _is_off(table: Mapping[str, Any]) -> bool:
    try:
        return not _BOOL.validate_python(table.get("enabled", True))
    except ValidationError:
        return False  # its settings model will say what is wrong


def _configure(name: str, table: Mapping[str, Any], strategy_type: type[Strategy[Any]], source: str) -> Connection:
    settings = _read(name, table, strategy_type, source)
    accepted = accepted_ids(settings, table, connection=name, source=source)
    families = families_of(settings, accepted, source=source)
    urls = provider_urls(settings, source=source)
    with blamed(f"{source}: user_id_issuer of connection '{name}' failed"):
        issuer = settings.user_id_issuer
    with blamed(f"{source}: strategy '{strategy_type.name}' cannot be made"):
        strategy = strategy_type(settings)
        is_renamed = strategy.name != strategy_type.name
    if is_renamed:  # the name is the first half of every subject
        raise PluginError(f"{source}: strategy '{strategy_type.name}' changes its name when it is made")
    trusted = trusted_ids(settings, accepted, strategy.accepts, connection=name)
    reads = _reads(strategy)
    return Connection(name, strategy, settings, accepted, families, source, urls, reads, issuer, trusted)


def _reads(strategy: Strategy[Any]) -> Mapping[str, int]:
    of_codes = {name: LONGEST[name] for name in _OF_CODES} if "code" in strategy.accepts else {}
    return MappingProxyType({**strategy.reads, **of_codes})


def _missing(name: str, error: ValidationError) -> Iterable[str]:
    """Return the variables that would hold what the table lacks, such as a secret that is kept out of files."""
    return [variable("connections", name, *map(str, one["loc"])) for one in error.errors() if one["type"] == "missing"]


def _read(name: str, table: Mapping[str, Any], strategy_type: type[Strategy[Any]], source: str) -> ConnectionSettings:
    """Let the strategy's own model read the table, and make sure that it leaves alone what every connection has."""
    model, own = strategy_type.settings_type, {"strategy": strategy_type.name}
    try:
        with blamed(f"{source}: the settings of strategy '{strategy_type.name}' fail", allowed=ValidationError):
            settings = model.model_validate({**table, **own})
        common = {key: value for key, value in table.items() if key in ConnectionSettings.model_fields}
        plain = ConnectionSettings.model_validate({**common, **own})
    except ValidationError as exc:
        problems = sentences(exc, model)
        refusal = ConfigurationError(f"connection '{name}': {problems}")
        for variables in _missing(name, exc):
            refusal.add_note(f"where settings are read from the environment too, set {variables}")
        raise refusal from None  # pydantic's text quotes the values
    if not isinstance(settings, model):
        raise PluginError(f"{source}: {model.__name__} makes a {type(settings).__name__} of a connection's table")
    with blamed(f"{source}: the settings of strategy '{strategy_type.name}' fail"):
        changed = [one for one in ConnectionSettings.model_fields if getattr(settings, one) != getattr(plain, one)]
    if changed:
        what = ", ".join(changed)
        raise PluginError(f"{source}: {model.__name__} decides about {what}: leave what all connections have as it is")
    return settings
