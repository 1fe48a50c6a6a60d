"""The endpoints: one table, from which routes, discovery document and assertion audiences are read.

A new endpoint is a file that says what it answers, and a line in `ENDPOINTS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accredit.audit.events import (
    IntrospectionEvent,
    NonceEvent,
    ProviderNoticeEvent,
    RevocationEvent,
    TokenEvent,
    TokeninfoEvent,
    UserinfoEvent,
)
from accredit.exchange.engine import Engine
from accredit.exchange.exchange import Exchange
from accredit.exchange.presented import Presented
from accredit.keys import SigningKeys
from accredit.oauth.access_token import AccessTokenEndpoint
from accredit.oauth.client.assertion import ClientAssertions
from accredit.oauth.client.authentication import ClientAuthentication
from accredit.oauth.discovery import Discovery
from accredit.oauth.grant_types import GRANT_TYPES
from accredit.oauth.health import Health
from accredit.oauth.introspect import Introspection
from accredit.oauth.nonce import NonceEndpoint
from accredit.oauth.notices import NoticeEndpoint, NoticeStatus
from accredit.oauth.readiness import Readiness
from accredit.oauth.revoke import Revocation
from accredit.oauth.token import TokenEndpoint
from accredit.oauth.tokeninfo import Tokeninfo
from accredit.oauth.userinfo import Userinfo
from accredit.oauth.wire.audited import Audited
from accredit.oauth.wire.cors import Cors
from accredit.oauth.wire.endpoint import Endpoint, Respond, address_of
from accredit.oauth.wire.methods import Callback, Document, Operation
from accredit.settings import EXCHANGE_GRANT

_CONFIDENTIAL = ("client_secret_basic", "client_secret_post", "private_key_jwt")
_ANY_CLIENT = ("none", *_CONFIDENTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What endpoints are made of; each takes those that it needs."""

    exchange: Exchange
    engine: Engine
    authentication: ClientAuthentication
    presented: Presented
    discovery: Discovery
    health: Health


ENDPOINTS: tuple[Endpoint[Parts], ...] = (
    Endpoint(
        path="/oauth/access_token",
        grant_type=EXCHANGE_GRANT,
        make=lambda parts: AccessTokenEndpoint(parts.exchange),
    ),
    Endpoint(
        path="/oauth/nonce",
        event=NonceEvent,
        published_as="nonce_endpoint",
        make=lambda parts: NonceEndpoint(parts.exchange),
    ),
    Endpoint(
        path="/.well-known/jwks.json",
        methods=("GET",),
        published_as="jwks_uri",
        make=lambda parts: parts.discovery.jwks,
    ),
    Endpoint(
        path="/oauth/token",
        event=TokenEvent,
        published_as="token_endpoint",
        client_authentication=_ANY_CLIENT,
        is_assertion_audience=True,
        make=lambda parts: TokenEndpoint(
            grant_types=[grant_type(parts.exchange) for grant_type in GRANT_TYPES],
            authentication=parts.authentication,
        ),
    ),
    Endpoint(
        path="/oauth/revoke",
        event=RevocationEvent,
        published_as="revocation_endpoint",
        client_authentication=_ANY_CLIENT,
        make=lambda parts: Revocation(
            storage=parts.engine.storage,
            presented=parts.presented,
            authentication=parts.authentication,
        ),
    ),
    Endpoint(
        path="/oauth/introspect",
        event=IntrospectionEvent,
        published_as="introspection_endpoint",
        client_authentication=_CONFIDENTIAL,
        make=lambda parts: Introspection(
            settings=parts.engine.settings,
            connections=parts.engine.connections,
            storage=parts.engine.storage,
            standing=parts.engine.standing,
            clock=parts.engine.clock,
            presented=parts.presented,
            authentication=parts.authentication,
        ),
    ),
    Endpoint(
        path="/userinfo",
        methods=("GET", "POST"),
        event=UserinfoEvent,
        published_as="userinfo_endpoint",
        make=lambda parts: Userinfo(issuer=parts.engine.settings.issuer, presented=parts.presented),
    ),
    Endpoint(path="/tokeninfo", event=TokeninfoEvent, make=lambda parts: Tokeninfo(presented=parts.presented)),
    Endpoint(
        path="/notices/{connection}",
        methods=("GET", "POST"),
        event=ProviderNoticeEvent,
        is_for_servers=True,
        make=lambda parts: NoticeEndpoint(parts.engine.notices),
    ),
    Endpoint(
        path="/notices/{connection}/status/{code}",
        methods=("GET",),
        make=lambda parts: NoticeStatus(parts.engine.notices),
    ),
    Endpoint(path="/healthz", methods=("GET",), make=lambda parts: parts.health.healthz),
    Endpoint(path="/readyz", methods=("GET",), make=lambda parts: parts.health.readyz),
    Endpoint(
        path="/.well-known/openid-configuration",
        methods=("GET",),
        make=lambda parts: parts.discovery.configuration,
    ),
    Endpoint(
        path="/.well-known/oauth-authorization-server",
        methods=("GET",),
        make=lambda parts: parts.discovery.configuration,
    ),
)
"""In the order of the discovery document."""


def responders(exchange: Exchange) -> Mapping[str, Respond]:
    """Return what answers at each path, for one app.

    Raises:
        ConfigurationError: a client's keys cannot be used.
    """
    parts, engine = _parts(exchange), exchange.engine
    cors = Cors(engine.settings.clients)
    return {endpoint.path: _responder(endpoint, parts, cors) for endpoint in ENDPOINTS}


def discovery_of(exchange: Exchange) -> Discovery:
    """Return the documents that say what there is."""
    engine = exchange.engine
    wires = [endpoint.grant_type for endpoint in ENDPOINTS if endpoint.grant_type]
    return Discovery(
        issuer=engine.settings.issuer,
        keys=lambda: engine.keys,
        endpoints=ENDPOINTS,
        grant_types=[*wires, *(grant_type.name for grant_type in GRANT_TYPES)],
    )


def _responder(endpoint: Endpoint[Parts], parts: Parts, cors: Cors) -> Respond:
    handle, engine = endpoint.make(parts), parts.engine
    if endpoint.is_document:
        return Document(handle)
    if endpoint.event is not None:
        handle = Audited(
            handle,
            event=endpoint.event,
            require_open=engine.require_open,
            reporter=engine.reporter,
            compatibility=engine.settings.compatibility,
        )
    if endpoint.is_for_servers:
        return Callback(handle, endpoint.methods, engine.limits)
    return Operation(handle, endpoint.methods, cors, engine.limits)


def _parts(exchange: Exchange) -> Parts:
    engine, settings = exchange.engine, exchange.engine.settings

    def keys() -> SigningKeys:
        return engine.keys

    return Parts(
        exchange=exchange,
        engine=engine,
        authentication=ClientAuthentication(
            engine.clients,
            ClientAssertions(
                settings.clients,
                audiences=_assertion_audiences(settings.issuer),
                replays=engine.storage,
                clock=engine.clock,
            ),
        ),
        presented=engine.presented,
        discovery=discovery_of(exchange),
        health=Health(
            Readiness(
                require_open=engine.require_open,
                keys=keys,
                storage=engine.storage,
                reporter=engine.reporter,
                signs=engine.can_sign,
            ),
            lambda: engine.degraded,
        ),
    )


def _assertion_audiences(issuer: str) -> tuple[str, ...]:
    """Return our names in clients' assertions.

    Not the addresses of the other endpoints: an assertion for one of them would be as good at the token endpoint.
    """
    return (issuer, *(address_of(endpoint, issuer) for endpoint in ENDPOINTS if endpoint.is_assertion_audience))
