"""One request as it was recorded, with everything that is known about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.audit.events import AnyEvent, EndpointEvent, ExchangeEvent, RequestEvent, VerifyEvent
from accredit.models import Verification
from accredit.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """By whom a request was sent: by a button of the playground, or, without a `label`, by anybody else.

    With `is_made_up` nothing in it can be a real secret: it stands in full.
    """

    label: str = ""
    is_made_up: bool = False
    sample: str = ""
    """The name of the sample."""
    session_id: str = ""
    """The session whose panel has the button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One request and its answer. Of what a stranger has sent, secrets are `[31 characters]`."""

    number: int
    at: float
    """Epoch seconds of the sandbox's clock."""
    sent: Sent
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    """Those that matter, by their names in small letters."""
    fields: Mapping[str, str] = field(repr=False)
    is_json: bool
    """The fields came as JSON, and not as a form or a query."""
    status: int
    """0 where the caller had left before there was an answer."""
    answer_headers: Mapping[str, str] = field(repr=False)
    answer: Mapping[str, Any] | None = field(repr=False)
    """The JSON object of the body, None where there is none."""
    events: tuple[AnyEvent, ...]
    verification: Verification | None = field(repr=False)
    profile: Profile | None = field(repr=False)
    credential: bytes = field(repr=False)
    """Equal for two requests with the same connection and credential; empty without a credential."""
    weight: int
    """About how many bytes it holds."""

    @property
    def event(self) -> ExchangeEvent | VerifyEvent | EndpointEvent | None:
        """What the request has left in the log."""
        return next((one for one in self.events if isinstance(one, RequestEvent)), None)

    @property
    def login(self) -> ExchangeEvent | None:
        """The same, where somebody was to be logged in."""
        return next((one for one in self.events if isinstance(one, ExchangeEvent)), None)

    @property
    def is_to_link(self) -> bool:
        """Whether an account was to be added to a user who is logged in."""
        return bool(self.fields.get("main_access_token"))
