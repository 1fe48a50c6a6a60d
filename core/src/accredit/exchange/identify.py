"""The first half of a login: whose token is it, proven to be meant for our app? It needs no keys and no storage."""

from collections.abc import Mapping
from types import MappingProxyType

from accredit.audit.events import VerifyEvent
from accredit.audit.trail import Trail
from accredit.credentials import Credential, ProviderToken, check_handed
from accredit.exchange.lifecycle import Lifecycle
from accredit.exchange.once import SingleUse
from accredit.exchange.providers import Providers
from accredit.exchange.steps.check_audience import check_audience, check_user_hint
from accredit.exchange.steps.find_connection import find_connection
from accredit.exchange.steps.normalize import normalize
from accredit.models import Identity
from accredit.parameters import check_text
from accredit.plugins import Connection
from accredit.revocation import RevocableToken


async def verify_alone(
    connection: str,
    token: ProviderToken | Credential,
    providers: Providers,
    lifecycle: Lifecycle,
    *,
    single_use: Mapping[str, SingleUse] = MappingProxyType({}),
    client_id: str | None = None,
) -> Identity:
    """Identify somebody for a host that issues no tokens of ours, and leave one event behind.

    `single_use` is for connections where something is good once, `client_id` whose nonce it then is.

    Raises:
        ExchangeError: the token is refused, or nobody can tell.
    """
    with providers.admission.login(connection), lifecycle.audited(VerifyEvent) as trail:
        check_text("connection", connection)
        check_handed(token)
        with providers.deadlines.begin() as deadline:
            named = connection_named(connection, providers, trail)
            if (once := single_use.get(connection)) is not None:
                trail.begin("check_nonce")
                once.check(token, client_id)
            identity, _ = await identify(named, token, None, providers, trail, until=deadline.until)
            if once is not None:
                trail.begin("use_up")
                await once.use_up(token, client_id, identity)
            return identity


async def forget(connection: str, token: ProviderToken | Credential, providers: Providers) -> None:
    """Forget what a provider has said about a token.

    Raises:
        ExchangeError: there is no such connection, or it is off.
    """
    check_text("connection", connection)
    check_handed(token)
    await providers.verifications.forget(find_connection(connection, providers.connections, providers.disabled), token)


def connection_named(name: str, providers: Providers, trail: Trail) -> Connection:
    """Return the connection of that name, and note it.

    Raises:
        ExchangeError: there is none, or it is off.
    """
    trail.begin("find_connection")
    connection = find_connection(name, providers.connections, providers.disabled)
    trail.connection, trail.strategy = connection.name, connection.strategy.name
    return connection


async def identify(
    connection: Connection,
    token: ProviderToken | Credential,
    user_id_hint: str | None,
    providers: Providers,
    trail: Trail,
    *,
    until: float,
) -> tuple[Identity, RevocableToken | None]:
    """Who is it? Proven to be meant for our app; and a token of the provider, where one is to be kept.

    The exchange ends at `until`, by the event loop's clock.

    Raises:
        ExchangeError: the provider says no, or nobody can tell.
    """
    trail.begin("verify")
    verification = await providers.verifications.of(connection, token, trail, until=until)
    trail.audience_proof = type(verification.audience).__name__
    trail.begin("check_audience")
    check_audience(
        verification.audience,
        connection.families,
        accept_unbound=connection.settings.accept_unbound_tokens,
        trusted=connection.trusted,
    )
    trail.begin("check_user_hint")
    check_user_hint(user_id_hint, verification.user_id)
    trail.begin("normalize")
    return normalize(connection, verification), verification.provider_token
