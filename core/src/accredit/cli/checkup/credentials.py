"""Do the providers know our apps and their secrets? Only where a strategy can tell without a user's token."""

import asyncio

from accredit._guard import guarded
from accredit.audit.redact import secrets_of, without
from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.checkup.providers import CORRECT_PROXY
from accredit.errors import (
    ConfigurationError,
    ExchangeError,
    PluginFailed,
    ProviderQuotaExhausted,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.exchange.exchange import Exchange
from accredit.plugins import Connection
from accredit.provider.transport import proxy_for
from accredit.strategy import Strategy

_examiner = Examiner("credentials")


async def examine_credentials(connection: Connection, exchange: Exchange) -> Finding:
    """Let the connection's strategy ask the provider, within the deadline of an exchange."""
    name, strategy = connection.name, connection.strategy
    if type(strategy).check_credentials is Strategy.check_credentials:
        return _examiner.ok(name, "not checked: this takes a user's token, see `accredit explain`")
    try:
        for url in connection.provider_urls:
            proxy_for(url, connection.settings.proxy or exchange.settings.proxy)
    except ConfigurationError as exc:  # told as `accredit serve` tells it: the plugin has no part in this
        return _examiner.fail(name, f"not checked: {exc}", CORRECT_PROXY)
    try:
        async with asyncio.timeout(exchange.settings.limits.exchange_timeout_s):
            with guarded("check_credentials", allowed=ExchangeError):
                await strategy.check_credentials(exchange.engine.context(connection))
    except ProviderQuotaExhausted as exc:
        change = "wait until the provider renews the quota, or raise it in the provider's dashboard"
        return _examiner.fail(name, f"the quota of our app is used up ({_detail(exc, connection)})", change)
    except (ProviderUnavailable, TimeoutError) as exc:
        detail = _detail(exc, connection) if isinstance(exc, ProviderUnavailable) else "no answer in time"
        return _examiner.warn(name, f"could not be checked: {detail}", "run this again later")
    except UnlistedRefusal as exc:
        change = f"look the code up at the provider, and tell the author of {connection.source} what it means"
        return _examiner.fail(name, f"the provider refuses our app ({_detail(exc, connection)})", change)
    except PluginFailed as exc:  # not the provider's word: a call that core has refused, or whatever else was raised
        change = "upgrade the plugin, or tell its author"
        return _examiner.fail(name, f"{connection.source} failed: {_detail(exc, connection)}", change)
    except ExchangeError as exc:
        dashboard = "with the provider's dashboard, and see there whether the app is live and our server may call it"
        change = f"compare id and secret in [connections.{name}] {dashboard}"
        what = f"the provider refuses our app: {exc.reason} ({_detail(exc, connection)})"
        return _examiner.fail(name, what, change)
    return _examiner.ok(name, "the provider knows our app and its secret")


def _detail(error: ExchangeError, connection: Connection) -> str:
    """Return our own words, which quote no secret; a plugin's may."""
    return str(without(secrets_of(connection.settings), error.detail))
