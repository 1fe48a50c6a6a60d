"""`POST /oauth/access_token`: the exchange over HTTP. Form or JSON in, JSON out."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accredit._guard import place_of
from accredit.errors import Abandoned, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.exchange.exchange import Exchange
from accredit.models import ExchangeRequest
from accredit.oauth.wire.answer import json_answer, refusal, wrong_method
from accredit.oauth.wire.body import read_body
from accredit.oauth.wire.cors import Cors
from accredit.oauth.wire.parse import parse
from accredit.oauth.wire.respond import token_body


class AccessTokenEndpoint:
    """An ASGI app for one path."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._cors = Cors(exchange.settings.clients)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            response = self._cors.preflight(request)
        elif request.method != "POST":
            # Also auth0.js's JSONP over GET: it would put tokens into URLs, and so into logs.
            response = wrong_method()
        else:
            response = await self._post(request)
        await response(scope, receive, send)

    async def _post(self, http_request: Request) -> Response:
        client_id = None
        try:
            with self._told("parse"):
                request = await self._parse(http_request)
            client_id = request.client_id
            tokens = await self._exchange(request)
            with self._told("respond"):
                response = json_answer(200, token_body(tokens, state=request.state))
        except ExchangeError as error:
            response = refusal(error, self._exchange.settings.compatibility)
        except LifecycleError as mistake:
            response = refusal(NotOpen(str(mistake)), self._exchange.settings.compatibility)
        self._cors.allow(http_request, response, client_id)
        return response

    async def _parse(self, request: Request) -> ExchangeRequest:
        return parse(
            await read_body(request, self._exchange.settings.limits),
            content_type=request.headers.get("content-type", ""),
            authorization=request.headers.get("authorization", ""),
        )

    @contextmanager
    def _told(self, step: str) -> Iterator[None]:
        """Leave an event where a step outside the exchange, which tells of itself, ends the request."""
        try:
            yield
        except ExchangeError as error:
            self._exchange.refuse(error, step=step)
            raise
        except asyncio.CancelledError:
            self._exchange.refuse(Abandoned(), step=step)
            raise
        except Exception as exc:
            # A bug of ours must not pass for anything else. Not chained: its message may quote a secret.
            failure = InternalFailure(place_of(exc))
            self._exchange.refuse(failure, step=step)
            raise failure from None
