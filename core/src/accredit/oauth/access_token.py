"""`POST /oauth/access_token`: the exchange over HTTP. Form or JSON in, JSON out."""

import asyncio

from accredit._guard import place_of
from accredit.audit import operations
from accredit.errors import Abandoned, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.exchange.exchange import Exchange
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
        step = "parse"
        try:
            request, form_as_json = parse(
                await call.read(),
                connections=self._exchange.engine.connections,
                content_type=call.header("content-type"),
                authorization=call.header("authorization"),
                address=call.address,
            )
            step = ""  # the exchange tells of itself
            record.client_id = request.client_id
            if form_as_json:
                self._count_form_as_json(request.client_id)
            tokens = await self._exchange(request)
            step = "respond"
            return json_answer(200, token_body(tokens, state=request.state))
        except ExchangeError as error:
            return await self._refused(error, step, record)
        except LifecycleError as mistake:
            return await self._refused(NotOpen(str(mistake)), "", record)
        except asyncio.CancelledError:
            if step:
                self._exchange.refuse(Abandoned(), step=step)
            raise
        except Exception as exc:
            if not step:
                raise
            # A bug of ours must not pass for anything else. Its message may quote a secret, its place cannot.
            return await self._refused(InternalFailure(place_of(exc)), step, record)

    async def _refused(self, error: ExchangeError, step: str, record: Record) -> Answer:
        """Answer what has ended in `step`, empty where the exchange has told of it, with the event that it leaves."""
        if step:
            self._exchange.refuse(error, step=step)
        if step == "parse":
            await record.attempt.refused(error)
        return refusal(error, self._exchange.settings.compatibility)

    def _count_form_as_json(self, client_id: str) -> None:
        known = client_id if client_id in self._exchange.settings.clients else ""
        self._exchange.engine.reporter.emit(operations.form_as_json(known))
