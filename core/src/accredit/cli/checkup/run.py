"""All checks, in order."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from accredit.cli.checkup.api_versions import examine_api_version
from accredit.cli.checkup.cache import examine_cache
from accredit.cli.checkup.configuration import examine_configuration
from accredit.cli.checkup.credentials import examine_credentials
from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.keys import examine_keys
from accredit.cli.checkup.providers import ask_providers, examine_clock, not_asked
from accredit.cli.checkup.secrets_folder import examine_secrets_folder
from accredit.cli.checkup.settings_file import examine_settings_file
from accredit.cli.checkup.storage import examine_storage
from accredit.cli.tools.host import current_host
from accredit.exchange.exchange import Exchange
from accredit.exchange.without_files import exchange_without_files
from accredit.plugins import Connection
from accredit.plugins.api_versions import today
from accredit.provider.http import Transport
from accredit.provider.transport import make_transport
from accredit.settings import Settings
from accredit.settings.connections import stated_urls

_NO_ISSUER = "https://issuer.invalid/"


async def examine(config: Path | None, *, offline: bool, clock: Callable[[], float]) -> list[Finding]:
    """Look at everything that can be looked at, whatever else is broken. `clock` returns epoch seconds.

    Providers are asked only where the settings are good as a whole: else nobody knows which proxy calls go through.
    """
    findings, settings, tables = examine_configuration(config)
    findings += examine_settings_file(config)
    findings += examine_secrets_folder(os.environ)
    transport = make_transport(max_connections=10)
    try:
        # Without good settings there are still connections to look at, but none to call anybody with.
        exchange = exchange_without_files(
            settings or Settings(issuer=_NO_ISSUER), tables, transport=transport, logger=_Silence()
        )
        findings += [examine_api_version(one, today(clock)) for one in exchange.engine.connections.values()]
        if settings is not None:
            # In threads: a storage's own tools may run a loop of events, and one is running here.
            host = current_host()
            database = await asyncio.to_thread(list, examine_storage(settings.storage, host))
            is_there = all(one.status != "fail" for one in database)
            findings += await asyncio.to_thread(list, examine_keys(settings, host, has_database=is_there))
            findings += database
            findings += await examine_cache(settings.cache, clock=clock)
        if exchange.engine.connections and not offline:
            findings += [not_asked()] if settings is None else await _ask(exchange, transport, clock)
    finally:
        await transport.aclose()
    return findings


async def _ask(exchange: Exchange, transport: Transport, clock: Callable[[], float]) -> list[Finding]:
    ways = [
        (url, one.settings.proxy or exchange.settings.proxy)
        for one in exchange.engine.connections.values()
        for url in _asked(one)
    ]
    answers = await ask_providers(ways, transport, timeout_s=exchange.settings.limits.provider_timeout_s, clock=clock)
    credentials = [await examine_credentials(one, exchange) for one in exchange.engine.connections.values()]
    return [*(answer.finding for answer in answers), examine_clock(answers), *credentials]


def _asked(connection: Connection) -> list[str]:
    """Return the URLs whose hosts are tried: an issuer is but a name where a setting says where its things are."""
    stated = list(stated_urls(connection.settings))
    is_a_name = any(name.endswith("_url") for name, _ in stated)
    return [url for name, url in stated if not (is_a_name and name == "issuer")]


class _Silence:
    """A logger for what is told as a finding instead."""

    def msg(self, line: str) -> None:
        """Drop one line."""

    info = warning = error = critical = msg
