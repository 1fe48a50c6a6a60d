"""`POST /oauth/access_token`: the exchange over HTTP. Form or JSON in, JSON out."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

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

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call."""
        try:
            async with record.attempt:
                with self._told("parse"):
                    request, form_as_json = await _parse(call)
            record.client_id = request.client_id
            if form_as_json:
                self._count_form_as_json(request.client_id)
            tokens = await self._exchange(request)
            with self._told("respond"):
                return json_answer(200, token_body(tokens, state=request.state))
        except ExchangeError as error:
            return refusal(error, self._exchange.settings.compatibility)
        except LifecycleError as mistake:
            return refusal(NotOpen(str(mistake)), self._exchange.settings.compatibility)

    def _count_form_as_json(self, client_id: str) -> None:
        known = client_id if client_id in self._exchange.settings.clients else ""
        self._exchange.engine.reporter.emit(operations.form_as_json(known))

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


async def _parse(call: Call) -> tuple[ExchangeRequest, bool]:
    return parse(
        await call.read(),
        content_type=call.header("content-type"),
        authorization=call.header("authorization"),
        address=call.address,
    )
