"""The face that all events have in common. None of them holds a secret."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Literal

from accredit.errors import Abandoned, ExchangeError, LimitReached

Outcome = Literal["accepted", "refused", "limited", "failed", "abandoned"]
"""What came of a request: `limited` is 429, `refused` any other 4xx, `failed` 5xx; `abandoned`, the caller did not wait
for it."""

Level = Literal["info", "warning", "error", "critical"]


def outcome_of(error: ExchangeError | None) -> Outcome:
    """Return what `error` makes of a request; without one it is accepted."""
    if error is None:
        return "accepted"
    if isinstance(error, Abandoned):
        return "abandoned"
    if isinstance(error, LimitReached):
        return "limited"
    return "refused" if error.status < 500 else "failed"


def facts_of(error: ExchangeError) -> dict[str, Any]:
    """Return what an event says of the error that ended its request."""
    limit = {"limit": error.limit, "is_repeated": error.is_repeated} if isinstance(error, LimitReached) else {}
    return {
        **limit,
        "reason": error.reason,
        "status": error.status,
        "alert": error.alert,
        "alert_key": error.alert_key,
        "detail": error.detail,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """One thing that has happened. `client_id`, `subject` and `connection` are only filled once they are known."""

    outcome: Outcome | None
    """What came of it. None for an event of operation, which nobody has asked for."""
    reason: str = "ok"
    """`ok`, or the `reason` of the error, such as `wrong_audience`."""
    status: int | None = None
    """The HTTP status of the answer, also of a call from Python; None where it was no request."""
    client_id: str = ""
    connection: str = ""
    subject: str | None = None
    session_id: str | None = None
    """The session that it is about, the `sid` of our tokens."""
    alert: bool = False
    """Somebody must act: the fault is ours."""
    alert_key: str | None = field(default=None, repr=False, compare=False)
    """What the alert is about: of those with one key, one an hour is raised for a connection. None: each is."""
    detail: str = ""
    is_repeated: bool = field(default=False, repr=False, compare=False)
    """The same has happened a moment ago, and stands in the log: observers hear of it again, the log does not."""
    duration_ms: float = 0.0

    @property
    @abstractmethod
    def name(self) -> str:
        """The stable name, under which it stands in the log."""

    @property
    def level(self) -> Level:
        """How loud it is: `critical` where somebody must act."""
        return "critical" if self.alert else "info"
