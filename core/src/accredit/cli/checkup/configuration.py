"""Does the configuration load, and does it make sense?"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.checkup.server_plugins import examine_server_plugins
from accredit.cli.checkup.unused_plugins import examine_unused_plugins
from accredit.cli.tools.config import read_settings
from accredit.cli.tools.host import current_host
from accredit.cli.tools.inventory import read_tables
from accredit.errors import ConfigurationError
from accredit.exchange.provider_tokens import check_connections
from accredit.plugins import load_connections, make_plugin_manager
from accredit.plugins.api_versions import api_version_of
from accredit.settings import Settings
from accredit.storage import MemoryStorage

Tables = Mapping[str, Mapping[str, Any]]

_examiner = Examiner("configuration")
_connection_examiner = Examiner("connection")


def examine_configuration(config: Path | None) -> tuple[list[Finding], Settings | None, Tables]:
    """Return findings, the settings where they are good, and the tables of the connections that load."""
    tables, problem = read_tables(config)
    if problem is None:
        settings = read_settings(config)
        findings = [*_settings(settings), *examine_server_plugins(settings.plugins)]
    else:
        settings = None
        findings = [_examiner.fail(_name(config), problem, "change what the message names; nothing starts before")]
    usable: dict[str, Mapping[str, Any]] = {}
    for name, table in tables.items():
        finding, works = _load(name, table, settings)
        findings.append(finding)
        if works:
            usable[name] = table
    findings += examine_unused_plugins(tables)
    return findings, settings, usable


def _name(config: Path | None) -> str:
    host = current_host()
    if host is not None:
        return host.place
    return "environment" if config is None else str(config)


def _settings(settings: Settings) -> Iterator[Finding]:
    yield _examiner.ok("settings", f"they are valid; issuer {settings.issuer}")
    connections = settings.connections
    if not connections:
        yield _examiner.warn("connections", "none is configured", "add a table [connections.NAME]")
    if not settings.clients:
        yield _examiner.warn(
            "clients", "none is configured: every request is refused", "add a table [clients.CLIENT_ID]"
        )
    listed = {name for client in settings.clients.values() for name in client.connections}
    for name in connections:
        if settings.clients and name not in listed:
            change = "add it to `connections` of a client, or remove it"
            yield _examiner.warn(name, "no client may use this connection", change)
    host = current_host()
    if settings.storage.url == "memory://" and (host is None or host.storage is None):
        what = "refresh tokens are kept in memory: a restart forgets them"
        yield _examiner.warn("storage.url", what, 'set url = "sqlite:///accredit.db" in [storage]')
    for network in settings.limits.trusted_proxies:
        if network.endswith("/0"):
            what = (
                f"{network} is everybody: whoever calls can say to be somebody else, and limits by address stop nobody"
            )
            yield _examiner.warn("limits.trusted_proxies", what, "name the addresses of your proxies alone")


def _load(name: str, table: Mapping[str, Any], settings: Settings | None) -> tuple[Finding, bool]:
    """Return what is to be said about one connection, and whether it can be examined further.

    `settings` are the others, where they are good: what is kept of a connection needs a key among them.
    """
    try:
        connections, disabled = load_connections({name: table}, make_plugin_manager())
        for connection in connections.values():
            api_version_of(connection)
        if settings is not None:
            keys, storage = settings.keys.encryption_keys, settings.storage
            check_connections(connections, MemoryStorage(), place=storage.place, encryption_keys=keys)
    except ConfigurationError as exc:
        notes = getattr(exc, "__notes__", ())
        change = "; ".join([f"change [connections.{name}], or install what is missing", *notes])
        return _connection_examiner.fail(name, str(exc), change), False
    if name in disabled:
        return _connection_examiner.ok(name, "is off, and so not looked at"), False
    connection = connections[name]
    if connection.settings.accept_unbound_tokens:
        what = "accepts tokens minted for anybody's app: whoever runs one can log in as any of its users"
        return _connection_examiner.warn(name, what, "set accept_unbound_tokens = false if you can"), True
    return _connection_examiner.ok(name, f"{connection.source} loads, and its settings are complete"), True
