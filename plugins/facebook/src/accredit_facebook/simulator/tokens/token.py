"""What stands behind an access token: whose it is, of which app, and what Facebook says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing import ACCEPTED, Person
from accredit_facebook.simulator.answers import NOT_OUR_TOKEN, Answer
from accredit_facebook.simulator.app import APP_ID

HOUR_S = 3600
SIXTY_DAYS_S = 60 * 24 * HOUR_S
STANDARD_SCOPES = ("public_profile", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One access token; unless said otherwise, a living one that a person granted to our app."""

    kind: str
    about: str
    person: Person
    expected: str = ACCEPTED
    value: str = ""
    app_id: str = APP_ID
    type: str = "USER"
    scopes: tuple[str, ...] = STANDARD_SCOPES
    expires_in_s: int | None = SIXTY_DAYS_S
    """From now; None for a token that never ends."""
    error: Mapping[str, Any] | None = None
    """What is wrong with it: `data.error` of `debug_token`, and the error of any call with it."""
    extra_data: Mapping[str, Any] = field(default_factory=dict)
    """More fields of `data`; None takes one away."""
    foreign_view: Answer | None = NOT_OUR_TOKEN
    """What `debug_token` answers to every other app; None where it speaks about the token all the same."""
    debug_answer: Answer | None = None
    """What `debug_token` answers instead."""
    me_answer: Answer | None = None
    """What `/me` answers instead."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `/me` that differ from the person's."""
    data_access_has_ended: bool = False
    """The token lives, but shows no more than the public profile."""

    def __post_init__(self) -> None:
        if not self.value:
            object.__setattr__(self, "value", f"EAAsim-{self.kind}-{self.person.key}")

    @property
    def visible_scopes(self) -> tuple[str, ...]:
        """Return the permissions whose fields `/me` shows."""
        return ("public_profile",) if self.data_access_has_ended else self.scopes
