"""Tell a provider that what its user has granted is taken back."""

from accredit._guard import guarded
from accredit.errors import ExchangeError, PluginFailed, ProviderTokenRejected, ProviderUnavailable, ServerError
from accredit.plugins import Connection
from accredit.revocation import RevocableToken
from accredit.strategy import VerifyContext

_ALLOWED = (ProviderTokenRejected, ProviderUnavailable, ServerError)


async def revoke(connection: Connection, token: RevocableToken, ctx: VerifyContext) -> None:
    """Ask the connection's strategy.

    Raises:
        ExchangeError: as the strategy decides; `PluginFailed` for whatever a strategy must not raise.
    """
    try:
        with ctx.http.passage, guarded("revoke", allowed=ExchangeError):
            await connection.strategy.revoke(token, ctx)
    except _ALLOWED as exc:
        raise exc from None
    except ExchangeError as exc:
        raise PluginFailed(f"revoke raised {type(exc).__name__}, which is not a strategy's to raise") from None
