"""`POST /oauth/access_token`: the exchange over HTTP. Form or JSON in, JSON out."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from accredit.errors import ExchangeError, InvalidBearer, MalformedBody
from accredit.exchange import Exchange
from accredit.models import ExchangeRequest
from accredit.oauth.cors import Cors
from accredit.steps.parse import parse
from accredit.steps.respond import error_body, token_body

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


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
            response = self._json(405, {"error": "method_not_allowed", "error_description": "use POST"})
            response.headers["Allow"] = "POST, OPTIONS"
        else:
            response = await self._post(request)
        await response(scope, receive, send)

    async def _post(self, http_request: Request) -> Response:
        client_id = None
        try:
            request = await self._parse(http_request)
            client_id = request.client_id
            tokens = await self._exchange(request)
            response = self._json(200, token_body(tokens, state=request.state))
        except ExchangeError as error:
            response = self._refusal(error)
        self._cors.allow(http_request, response, client_id)
        return response

    async def _parse(self, request: Request) -> ExchangeRequest:
        try:
            return parse(
                await self._body(request),
                content_type=request.headers.get("content-type", ""),
                authorization=request.headers.get("authorization", ""),
            )
        except ExchangeError as error:
            self._exchange.refuse(error)
            raise

    async def _body(self, request: Request) -> bytes:
        limits = self._exchange.settings.limits
        body = bytearray()
        try:
            async with asyncio.timeout(limits.body_timeout_s):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > limits.max_body_bytes:
                        raise MalformedBody("body is too large")
        except TimeoutError:
            raise MalformedBody("body did not arrive in time") from None
        except ClientDisconnect:
            raise MalformedBody("client went away") from None
        return bytes(body)

    def _refusal(self, error: ExchangeError) -> Response:
        with_message = self._exchange.settings.compatibility.error_message
        response = self._json(error.status, error_body(error, with_message=with_message))
        if isinstance(error, InvalidBearer):
            response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        if error.retry_after_s is not None:
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response

    @staticmethod
    def _json(status: int, body: Mapping[str, object]) -> Response:
        return JSONResponse(body, status, headers=_NO_STORE)
