"""What the provider says about the token, within the exchange's deadline."""

import asyncio

from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    MissingParameter,
    PluginFailed,
    ProviderTokenRejected,
    ProviderUnavailable,
    ServerError,
)
from accredit.logs import where
from accredit.models import ProviderToken, Verification
from accredit.plugins import Connection
from accredit.strategy import VerifyContext

_ALLOWED = (ProviderTokenRejected, ProviderUnavailable, ServerError, MissingParameter, InvalidParameter)


async def verify(connection: Connection, token: ProviderToken, ctx: VerifyContext, *, timeout_s: float) -> Verification:
    """Ask the connection's strategy.

    Raises:
        ExchangeError: as the strategy decides; `PluginFailed` for whatever a strategy must not raise or return.
    """
    try:
        async with asyncio.timeout(timeout_s) as deadline:
            verification = await connection.strategy.verify(token, ctx)
    except _ALLOWED as exc:
        raise exc from None
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise PluginFailed("verify cancelled itself") from None
    except TimeoutError as exc:
        if not deadline.expired():
            raise PluginFailed(f"verify: {where(exc)}") from None
        raise ProviderUnavailable("the exchange's deadline has passed") from None
    except ExchangeError as exc:
        raise PluginFailed(f"verify raised {type(exc).__name__}, which is not a strategy's to raise") from None
    except Exception as exc:  # a plugin may fail in any way, and each means no
        # Not chained: the plugin's own message may quote the token.
        raise PluginFailed(f"verify: {where(exc)}") from None
    if not isinstance(verification, Verification):
        raise PluginFailed(f"verify returned {type(verification).__name__}")
    return verification
