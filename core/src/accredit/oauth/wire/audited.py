"""Errors in the contract's form, and one audit event a call."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.event import facts_of, outcome_of
from accredit.audit.events import EndpointEvent
from accredit.audit.reporter import Reporter
from accredit.errors import Abandoned, EndedToken, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.oauth.wire.answer import Answer, refusal
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.endpoint import Handle
from accredit.oauth.wire.record import Record
from accredit.settings import CompatibilitySettings


class Audited:
    """Let `handle` answer a call, and leave exactly one audit event behind, whatever happens.

    It is told as `event`. `require_open` raises `LifecycleError` where the exchange is not open here.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        event: type[EndpointEvent],
        require_open: Callable[[], None],
        reporter: Reporter,
        compatibility: CompatibilitySettings,
    ) -> None:
        self._handle = handle
        self._event = event
        self._require_open = require_open
        self._reporter = reporter
        self._compatibility = compatibility

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call."""
        started = time.perf_counter()
        problem: ExchangeError | None = None
        try:
            self._require_open()
            answer = await self._handle(call, record)
        except ExchangeError as error:
            problem = error
            if isinstance(error, EndedToken) and error.is_gone:
                record.subject = None  # who may have been erased
            if not record.is_told:  # else whoever tells of it has counted it, too
                await record.attempt.refused(error)
        except LifecycleError as mistake:
            problem = NotOpen(str(mistake))
        except asyncio.CancelledError:
            self._report(record, Abandoned(), started)
            raise
        except Exception as exc:
            # A bug of ours must not pass for anything else. Its message may quote a secret, its place cannot.
            problem = InternalFailure(place_of(exc))
        self._report(record, problem, started)
        return answer if problem is None else refusal(problem, self._compatibility)

    def _report(self, record: Record, error: ExchangeError | None, started: float) -> None:
        """Leave the event of a call that is over. `started` is of `time.perf_counter`."""
        if record.form_as_json:
            self._reporter.emit(operations.form_as_json(record.client_id))
        if record.is_told:
            return
        known: dict[str, Any] = {
            "outcome": outcome_of(error),
            "status": record.status,
            "client_id": record.client_id,
            "subject": record.subject,
            "session_id": record.session_id,
            "connection": record.connection,
            "grant_type": record.grant_type,
            "scopes": record.scopes,
            "duration_ms": (time.perf_counter() - started) * 1000,
            **record.more,
        }
        if error is not None:
            known |= facts_of(error)
        self._reporter.emit((record.event or self._event)(**known))
