"""What is installed, what is configured, and what is missing between the two. Never the value of a setting."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import ValidationError

from accredit._guard import blamed
from accredit.cli.tools.config import read_settings
from accredit.credentials import CredentialKind
from accredit.errors import ConfigurationError, PluginError
from accredit.plugins import (
    installed_entry_points,
    load_connections,
    load_strategy_plugin,
    make_plugin_manager,
    strategies_of,
)
from accredit.settings import ConnectionSettings
from accredit.settings.connections import url_settings
from accredit.settings.load import load_settings, read_file
from accredit.strategy import Strategy

_CONNECTION_VARIABLES = "ACCREDIT_CONNECTIONS__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """One connection. `missing` names required settings; `problem` is what keeps `accredit serve` from starting."""

    name: str
    enabled: bool
    hosts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One strategy, with its connections; `missing` is what a new connection would have to set."""

    strategy: str
    distribution: str | None
    version: str | None
    hosts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    connections: tuple[Configured, ...] = ()
    problem: str | None = None
    traits: tuple[str, ...] = ()
    """What makes it different from most, as its author declares it."""
    accepts: tuple[CredentialKind, ...] = ()
    """The kinds of credentials that it takes."""


def take_inventory(tables: Mapping[str, Mapping[str, Any]]) -> list[Installed]:
    """Return the installed strategies, and those that only the connection tables name, in order of name."""
    by_strategy: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, table in tables.items():
        by_strategy.setdefault(str(table.get("strategy") or name), {})[name] = table
    installed = installed_entry_points()
    names = {entry.name for entry in installed}.union(by_strategy)
    return [_strategy(name, by_strategy.get(name, {}), installed) for name in sorted(names)]


def read_tables(config: Path | None) -> tuple[Mapping[str, Mapping[str, Any]], str | None]:
    """Return the connection tables and, where the settings as a whole are not good, what is wrong with them.

    Then the tables are still read as far as they can be.
    """
    try:
        return read_settings(config).connections, None
    except ConfigurationError as exc:
        problem = str(exc)
    tables = _tables_of_file(config)
    variables = {name: value for name, value in os.environ.items() if name.upper().startswith(_CONNECTION_VARIABLES)}
    try:
        # The one other setting there must be is none that is asked for here.
        overrides = load_settings(None, {**variables, "ACCREDIT_ISSUER": "https://issuer.invalid/"}).connections
    except ConfigurationError:
        overrides = {}
    for name, table in overrides.items():
        tables[name] = {**tables.get(name, {}), **table}
    return tables, problem


def _tables_of_file(config: Path | None) -> dict[str, dict[str, Any]]:
    try:
        tables = {} if config is None else read_file(config).get("connections")
    except ConfigurationError:
        return {}
    return {name: t for name, t in tables.items() if isinstance(t, dict)} if isinstance(tables, dict) else {}


def _strategy(name: str, tables: Mapping[str, Mapping[str, Any]], installed: Sequence[EntryPoint]) -> Installed:
    distribution, version = _name_and_version(next((entry.dist for entry in installed if entry.name == name), None))
    strategy_type, problem = _strategy_type(name, installed)
    settings_type = strategy_type.settings_type if strategy_type else None
    return Installed(
        strategy=name,
        distribution=distribution,
        version=version,
        hosts=_hosts(_default_urls(settings_type)) if settings_type else (),
        missing=_missing(settings_type, {}) if settings_type else (),
        connections=tuple(_connection(connection, table, settings_type) for connection, table in tables.items()),
        problem=problem,
        traits=tuple(sorted(strategy_type.traits)) if strategy_type else (),
        accepts=tuple(k for k in get_args(CredentialKind) if k in strategy_type.accepts) if strategy_type else (),
    )


def _name_and_version(dist: Distribution | None) -> tuple[str | None, str | None]:
    try:
        return (dist.name, dist.version) if dist else (None, None)
    except ValueError:  # metadata that is no text
        return "unreadable metadata", None


def settings_type_of(name: str) -> tuple[type[ConnectionSettings] | None, str | None]:
    """Return the settings model of an installed strategy; where there is none, what is wrong."""
    strategy_type, problem = _strategy_type(name, installed_entry_points())
    return (strategy_type.settings_type if strategy_type else None), problem


def _strategy_type(name: str, installed: Sequence[EntryPoint]) -> tuple[type[Strategy[Any]] | None, str | None]:
    manager = make_plugin_manager()
    try:
        source = load_strategy_plugin(manager, name, installed)
        strategies = strategies_of(manager)
    except ConfigurationError as exc:
        return None, str(exc)
    if name not in strategies:
        return None, f"{source}: its plugin does not yield a Strategy named '{name}'"
    return strategies[name][0], None


def _connection(name: str, table: Mapping[str, Any], settings_type: type[ConnectionSettings] | None) -> Configured:
    missing = _missing(settings_type, table) if settings_type else ()
    try:
        connections, disabled = load_connections({name: table}, make_plugin_manager())
    except ConfigurationError as exc:
        return Configured(name=name, enabled=True, missing=missing, problem=str(exc))
    if name in disabled:
        return Configured(name=name, enabled=False, missing=missing)
    return Configured(name=name, enabled=True, hosts=_hosts(connections[name].provider_urls))


def _missing(settings_type: type[ConnectionSettings], table: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        with blamed("settings", allowed=ValidationError):
            settings_type.model_validate({**table, "strategy": ""})
    except PluginError:
        return ()  # the connection's own problem says so
    except ValidationError as exc:
        return tuple(str(error["loc"][0]) for error in exc.errors() if error["type"] == "missing")
    return ()


def _default_urls(settings_type: type[ConnectionSettings]) -> Iterable[str]:
    for name in url_settings(settings_type):
        default = settings_type.model_fields[name].default
        yield from [default] if isinstance(default, str) else default if isinstance(default, tuple) else []


def _hosts(urls: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(urlsplit(url).netloc for url in urls))
