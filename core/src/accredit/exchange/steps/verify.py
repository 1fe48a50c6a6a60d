"""What the provider says about the token, within the exchange's deadline (`accredit.exchange.deadline`)."""

from dataclasses import replace

from accredit._guard import guarded
from accredit.audience import CodeExchanged
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    PluginFailed,
    ProviderTokenRejected,
    ProviderUnavailable,
    ServerError,
)
from accredit.models import Verification
from accredit.plugins import Connection
from accredit.strategy import VerifyContext

_ALLOWED = (ProviderTokenRejected, ProviderUnavailable, ServerError, MissingParameter, InvalidParameter)


async def verify(connection: Connection, credential: Credential, ctx: VerifyContext) -> Verification:
    """Ask the connection's strategy.

    Raises:
        ExchangeError: as the strategy decides; `PluginFailed` for whatever a strategy must not raise or return;
            `InvalidProviderToken` where the token has ended meanwhile, by what the strategy itself says.
    """
    try:
        with ctx.http.passage, guarded("verify", allowed=ExchangeError):
            verification = await connection.strategy.verify(credential, ctx)
    except _ALLOWED as exc:
        raise exc from None
    except ExchangeError as exc:
        raise PluginFailed(f"verify raised {type(exc).__name__}, which is not a strategy's to raise") from None
    if not isinstance(verification, Verification):
        raise PluginFailed(f"verify returned {type(verification).__name__}")
    if isinstance(verification.audience, CodeExchanged) and not isinstance(credential, AuthorizationCode):
        raise PluginFailed("verify returned CodeExchanged for what is no code")
    ctx.check_nonce.confirm(credential)
    if verification.expires_at is not None and ctx.clock() >= verification.expires_at:
        raise InvalidProviderToken("expires_at has passed")
    if verification.provider_token is not None and not connection.settings.keep_provider_token:
        return replace(verification, provider_token=None)
    return verification
