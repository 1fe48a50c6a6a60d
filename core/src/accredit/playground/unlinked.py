"""What was unlinked: a host does that by a call, so that no request tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accredit.audit.events import AnyEvent
from accredit.playground.held import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """One account that was taken off its user, by the panel of a session. `at` is epoch seconds."""

    session_id: str
    at: float
    account: Account
    subject: str
    name: str
    """The user's, empty where it is not known."""
    events: Sequence[AnyEvent]
    """What it has left in the log."""
