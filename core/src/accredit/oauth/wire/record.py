"""What becomes known of a call while it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.audit.events import EndpointEvent
from accredit.limits.attempt import Attempt
from accredit.limits.limits import NO_LIMITS


@dataclass(slots=True, kw_only=True)
class Record:
    """What is known of one call so far, for its audit event, and for who may read its answer.

    `client_id`, `subject` and `connection` are set only once they are known to exist: before that they are whatever
    the caller sent, which may be a token in the wrong field.
    """

    attempt: Attempt = field(default_factory=lambda: Attempt(NO_LIMITS, ""))
    """Its way past the limits."""
    client_id: str = ""
    """Also whose origins may read the answer."""
    subject: str | None = None
    session_id: str | None = None
    connection: str = ""
    grant_type: str = ""
    scopes: tuple[str, ...] = ()
    status: int = 200
    """What the answer will be, unless the call is refused."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What the event of this endpoint says beside what all say."""
    form_as_json: bool = False
    event: type[EndpointEvent] | None = None
    """What it is told as, if not as its endpoint's calls are."""
    is_told: bool = False
    """Somebody else has told it already."""
