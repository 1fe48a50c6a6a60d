"""`POST /oauth/access_token`: the exchange over HTTP. Form or JSON in, JSON out."""

import asyncio
from types import TracebackType

from accredit._guard import place_of
from accredit.audit import operations
from accredit.errors import Abandoned, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.exchange.exchange import Exchange
from accredit.models import ExchangeRequest
from accredit.oauth.wire.answer import Answer, json_answer, refusal
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.parse import parse
from accredit.oauth.wire.record import Record
from accredit.oauth.wire.respond import token_body


class AccessTokenEndpoint:
    """Run one exchange a call. It leaves its own audit event behind; before and after it, this does."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._parsing = _Told(exchange, "parse")
        self._responding = _Told(exchange, "respond")

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call."""
        try:
            async with record.attempt:
                with self._parsing:
                    request, form_as_json = await _parse(call)
            record.client_id = request.client_id
            if form_as_json:
                self._count_form_as_json(request.client_id)
            tokens = await self._exchange(request)
            with self._responding:
                return json_answer(200, token_body(tokens, state=request.state))
        except ExchangeError as error:
            return refusal(error, self._exchange.settings.compatibility)
        except LifecycleError as mistake:
            return refusal(NotOpen(str(mistake)), self._exchange.settings.compatibility)

    def _count_form_as_json(self, client_id: str) -> None:
        known = client_id if client_id in self._exchange.settings.clients else ""
        self._exchange.engine.reporter.emit(operations.form_as_json(known))


class _Told:
    """Leave an event where a step outside the exchange, which tells of itself, ends the request."""

    __slots__ = ("_exchange", "_step")

    def __init__(self, exchange: Exchange, step: str) -> None:
        self._exchange = exchange
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, ExchangeError):
            self._exchange.refuse(error, step=self._step)
        elif isinstance(error, asyncio.CancelledError):
            self._exchange.refuse(Abandoned(), step=self._step)
        elif isinstance(error, Exception):
            # A bug of ours must not pass for anything else. Not chained: its message may quote a secret.
            failure = InternalFailure(place_of(error))
            self._exchange.refuse(failure, step=self._step)
            raise failure from None


async def _parse(call: Call) -> tuple[ExchangeRequest, bool]:
    return parse(
        await call.read(),
        content_type=call.header("content-type"),
        authorization=call.header("authorization"),
        address=call.address,
    )
