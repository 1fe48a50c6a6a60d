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
from accredit.audit.events import EndpointEvent, outcome_of
from accredit.errors import Abandoned, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.exchange.exchange import Exchange
from accredit.oauth.wire.answer import refusal, wrong_method
from accredit.oauth.wire.body import read_body
from accredit.oauth.wire.cors import Cors
from accredit.oauth.wire.fields import read_fields


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
    connection: str = ""
    grant_type: str = ""
    scopes: tuple[str, ...] = ()
    form_as_json: bool = False
    done: str | None = ""
    """The event's name where all went well, such as `token.refreshed`. None: somebody else has told it already."""


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
            self._exchange.require_open()
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
        if call.done is None:
            return
        outcome = outcome_of(error)
        self._exchange.reporter.note(
            EndpointEvent(
                name=call.done if error is None else f"{self._noun}.{outcome}",
                outcome=outcome,
                reason="ok" if error is None else error.reason,
                status=200 if error is None else error.status,
                client_id=call.client_id,
                subject=call.subject,
                connection=call.connection,
                grant_type=call.grant_type,
                scopes=call.scopes,
                alert=error is not None and error.alert,
                detail="" if error is None else error.detail,
                form_as_json=call.form_as_json,
                duration_ms=(time.perf_counter() - started) * 1000,
            )
        )
