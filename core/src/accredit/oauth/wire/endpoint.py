"""What the endpoints beside the exchange share: POST, CORS, errors in the contract's form, one audit event a call."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.event import facts_of, outcome_of
from accredit.audit.events import (
    ClientTokenEvent,
    EndpointEvent,
    IntrospectionEvent,
    RefreshEvent,
    ReuseEvent,
    RevocationEvent,
    TokenEvent,
    TokeninfoEvent,
    UserinfoEvent,
)
from accredit.errors import (
    Abandoned,
    ExchangeError,
    InternalFailure,
    LifecycleError,
    NotOpen,
    RefreshTokenReused,
)
from accredit.exchange.exchange import Exchange
from accredit.oauth.wire.answer import refusal, wrong_method
from accredit.oauth.wire.body import read_body
from accredit.oauth.wire.cors import Cors
from accredit.oauth.wire.fields import read_fields
from accredit.settings import CLIENT_CREDENTIALS_GRANT, REFRESH_TOKEN_GRANT

KINDS: Mapping[str, type[EndpointEvent]] = {
    "token": TokenEvent,
    "revocation": RevocationEvent,
    "introspection": IntrospectionEvent,
    "userinfo": UserinfoEvent,
    "tokeninfo": TokeninfoEvent,
}
"""What a call of an endpoint is told as, by the noun of its refusals."""

KINDS_OF_GRANTS: Mapping[str, type[EndpointEvent]] = {
    REFRESH_TOKEN_GRANT: RefreshEvent,
    CLIENT_CREDENTIALS_GRANT: ClientTokenEvent,
}
"""What a call of the token endpoint is told as once its grant has begun."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One request that could be read, and what is known of it so far, for its audit event.

    `client_id`, `subject` and `connection` are set only once they are known to exist: before that they are whatever
    the caller sent, which may be a token in the wrong field.
    """

    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The parameters as they were sent, for `accredit.oauth.wire.fields.known_fields`."""
    authorization: str = field(default="", repr=False)
    """The header, empty where there is none."""
    client_id: str = ""
    """Also whose origins may read the answer."""
    subject: str | None = None
    session_id: str | None = None
    connection: str = ""
    grant_type: str = ""
    scopes: tuple[str, ...] = ()
    form_as_json: bool = False
    kind: type[EndpointEvent] | None = None
    """What it is told as, if not as its endpoint's calls are."""
    is_told: bool = False
    """Somebody else has told it already."""


class PostEndpoint:
    """An ASGI app for one path, which answers POST by `handle`.

    `noun` names the audit events of refused calls: `<noun>.refused`, `<noun>.failed`.
    """

    def __init__(self, exchange: Exchange, noun: str, handle: Callable[[Call], Awaitable[Response]]) -> None:
        self._exchange = exchange
        self._noun = noun
        self._handle = handle
        self._cors = Cors(exchange.settings.clients)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            response = self._cors.preflight(request)
        elif request.method != "POST":
            response = wrong_method()
        else:
            response = await self._post(request)
        await response(scope, receive, send)

    async def _post(self, request: Request) -> Response:
        call, started = Call(authorization=request.headers.get("authorization", "")), time.perf_counter()
        problem: ExchangeError | None = None
        try:
            self._exchange.engine.require_open()
            if request.method == "POST":  # a GET has no parameters in a body, whatever a proxy or library adds
                body = await read_body(request, self._exchange.settings.limits)
                call.given, call.form_as_json = read_fields(body, request.headers.get("content-type", ""))
            response = await self._handle(call)
        except ExchangeError as error:
            problem = error
        except LifecycleError as mistake:
            problem = NotOpen(str(mistake))
        except asyncio.CancelledError:
            self._report(call, Abandoned(), started)
            raise
        except Exception as exc:
            # A bug of ours must not pass for anything else. Its message may quote a secret, its place cannot.
            problem = InternalFailure(place_of(exc))
        self._report(call, problem, started)
        if problem is not None:
            response = refusal(problem, self._exchange.settings.compatibility)
        self._cors.allow(request, response, call.client_id or None)
        return response

    def _report(self, call: Call, error: ExchangeError | None, started: float) -> None:
        if call.is_told:
            return
        if call.form_as_json:
            self._exchange.engine.reporter.emit(operations.form_as_json(call.client_id))
        kind = call.kind or KINDS[self._noun]
        known: dict[str, Any] = {
            "outcome": outcome_of(error),
            "status": 200,
            "client_id": call.client_id,
            "subject": call.subject,
            "session_id": call.session_id,
            "connection": call.connection,
            "grant_type": call.grant_type,
            "scopes": call.scopes,
            "duration_ms": (time.perf_counter() - started) * 1000,
        }
        if error is not None:
            known |= facts_of(error)
            if isinstance(error, RefreshTokenReused):
                kind = ReuseEvent
        self._exchange.engine.reporter.emit(kind(**known))
