"""What is known so far about one login or refresh: gathered on the way, told once at the end."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from operator import sub
from time import perf_counter
from typing import Any, Literal

from accredit.audit.event import Outcome, facts_of, outcome_of
from accredit.audit.events import (
    AnyEvent,
    Check,
    ExchangeEvent,
    LinkedEvent,
    RefreshEvent,
    ReuseEvent,
    VerifiedBy,
    VerifyEvent,
)
from accredit.errors import ExchangeError, ProviderMisconfigured, RefreshTokenReused
from accredit.models import Subject
from accredit.provider.http import ProviderCall

_VERDICTS: Mapping[Outcome, Literal["passed", "refused", "failed", "abandoned"]] = {
    "accepted": "passed",
    "refused": "refused",
    "limited": "refused",
    "failed": "failed",
    "abandoned": "abandoned",
}
"""What an outcome makes of the last check."""


class Trail:
    """What is known so far about one login or refresh, which will be told as `kind`.

    `client_id` and `connection` are set only once they are known to be configured: before that they are whatever
    the caller sent, which may be a token in the wrong field. `linked` is the namespace and user id of an identity that
    has become another one of `subject`'s.
    """

    client_id: str = ""
    connection: str = ""
    strategy: str | None = None
    audience_proof: str | None = None
    subject: Subject | None = None
    session_id: str | None = None
    scopes: tuple[str, ...] = ()
    linked: tuple[str, str] | None = None
    decided: ExchangeError | None = None
    verified_by: VerifiedBy | None = None
    calls: Sequence[ProviderCall] = ()

    def __init__(self, kind: type[ExchangeEvent | VerifyEvent | RefreshEvent] = ExchangeEvent) -> None:
        self._kind = kind
        self._started = perf_counter()
        self._begun_at: dict[str, float] = {}

    def begin(self, step: str) -> None:
        """Note that a step has begun, once, under its published name. It ends where the next begins, or the whole."""
        self._begun_at[step] = perf_counter()

    def decide(self, error: ExchangeError) -> None:
        """Note how it ends: that counts, whether its caller waits for the answer or not."""
        self.decided = error

    def _checks(self, last: Literal["passed", "refused", "failed", "abandoned"], ended: float) -> tuple[Check, ...]:
        # Without a line of Python for each, and past the constructor of the named tuple, which is Python's own: there
        # are a score of them.
        times = (*self._begun_at.values(), ended)
        verdicts = chain(repeat("passed", len(times) - 2), (last,))
        durations_ms = map((1000.0).__mul__, map(sub, times[1:], times))
        return tuple(map(tuple.__new__, repeat(Check), zip(self._begun_at, verdicts, durations_ms, strict=False)))

    def tell(self, emit: Callable[[AnyEvent], None], error: ExchangeError | None) -> None:
        """Emit the event of the whole, and one of the link that was made on the way."""
        event = self.event(error)
        emit(event)
        if self.linked is not None:
            namespace, user_id = self.linked
            emit(
                LinkedEvent(
                    subject=event.subject,
                    client_id=self.client_id,
                    connection=self.connection,
                    namespace=namespace,
                    user_id=user_id,
                )
            )

    def event(self, error: ExchangeError | None) -> ExchangeEvent | VerifyEvent | RefreshEvent | ReuseEvent:
        """Return the event: accepted without `error`, else refused or failed by its status."""
        outcome = outcome_of(error)
        ended = perf_counter()
        known: dict[str, Any] = {
            "outcome": outcome,
            "status": 200,
            "client_id": self.client_id,
            "connection": self.connection,
            "strategy": self.strategy,
            "subject": None if self.subject is None else self.subject.id,
            "session_id": self.session_id,
            "scopes": self.scopes,
            "checks": self._checks(_VERDICTS[outcome], ended),
            "duration_ms": (ended - self._started) * 1000,
            "began": self._started,
        }
        if self._kind is not RefreshEvent:
            known["audience_proof"] = self.audience_proof
            known["verified_by"] = self.verified_by
            known["unbound"] = error is None and self.audience_proof == "Unbound"
            known["calls"] = tuple(self.calls)
        if self.linked is not None:
            known["linked"] = True
        if error is None:
            return self._kind(**known)
        known |= facts_of(error)
        if isinstance(error, ProviderMisconfigured) and self.connection:
            advice = f"compare the credentials under connections.{self.connection} with the provider's dashboard"
            known["detail"] = f"{error.detail}; {advice}" if error.detail else advice
        kind = ReuseEvent if isinstance(error, RefreshTokenReused) else self._kind
        return kind(**known)
