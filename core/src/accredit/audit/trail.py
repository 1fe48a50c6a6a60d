"""What is known so far about one exchange: gathered on the way, told once at the end."""

import time
from collections.abc import Callable
from typing import Literal, ParamSpec, TypeVar

from accredit.audit.events import Check, ExchangeEvent, outcome_of
from accredit.errors import ExchangeError
from accredit.models import Subject
from accredit.provider.http import ProviderCall

P = ParamSpec("P")
R = TypeVar("R")


class Trail:
    """What is known so far about one exchange.

    `client_id` and `connection` are set only once they are known to be configured: before that they are whatever
    the caller sent, which may be a token in the wrong field.
    """

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.client_id = ""
        self.connection = ""
        self.strategy: str | None = None
        self.audience_proof: str | None = None
        self.subject: Subject | None = None
        self.scopes: tuple[str, ...] = ()
        self.form_as_json = False
        self.linked = False
        self.calls: list[ProviderCall] = []
        self._begun: list[tuple[str, float]] = []

    def check(self, step: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call one step, and note that it has begun. Its end is where the next one begins, or the exchange ends."""
        self._begun.append((step.__name__, time.perf_counter()))
        return step(*args, **kwargs)

    def begin(self, name: str) -> None:
        """Note that a check has begun which somebody else makes."""
        self._begun.append((name, time.perf_counter()))

    def _checks(self, last: Literal["passed", "refused", "failed", "abandoned"], ended: float) -> tuple[Check, ...]:
        checks: list[Check] = []
        for name, begun in reversed(self._begun):
            checks.append(Check(name, "passed" if checks else last, (ended - begun) * 1000))
            ended = begun
        return tuple(reversed(checks))

    def event(self, error: ExchangeError | None) -> ExchangeEvent:
        """Return the event: accepted without `error`, else refused or failed by its status."""
        outcome = outcome_of(error)
        ended = time.perf_counter()
        return ExchangeEvent(
            outcome=outcome,
            reason="ok" if error is None else error.reason,
            status=200 if error is None else error.status,
            client_id=self.client_id,
            connection=self.connection,
            strategy=self.strategy,
            subject=None if self.subject is None else self.subject.id,
            scopes=self.scopes,
            audience_proof=self.audience_proof,
            unbound=error is None and self.audience_proof == "Unbound",
            alert=error is not None and error.alert,
            detail="" if error is None else error.detail,
            form_as_json=self.form_as_json,
            linked=self.linked,
            checks=self._checks("passed" if outcome == "accepted" else outcome, ended),
            calls=tuple(self.calls),
            duration_ms=(ended - self._started) * 1000,
        )
