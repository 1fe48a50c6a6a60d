"""What became of one token, and everything that is known about it."""

from dataclasses import dataclass, field

from accredit.audit.events import ExchangeEvent, VerifyEvent
from accredit.plugins import Connection
from accredit.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the client is told of a refusal or a failure."""

    status: int
    error: str
    error_description: str
    retry_after_s: int | None = None


@dataclass(slots=True, kw_only=True)
class Explanation:
    """What became of a token. `notes` are log lines beside the audit event, such as a warning of start-up, and what
    was not looked at."""

    connection: Connection
    event: ExchangeEvent | VerifyEvent | None = None
    told: Told | None = None
    """None where it is accepted."""
    verification: object = None
    """What the strategy returned, which need not be what it must return."""
    profile: Profile | None = None
    """None where it is not accepted."""
    notes: list[str] = field(default_factory=list)
