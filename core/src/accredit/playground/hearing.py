"""What is heard while one request is answered, and what of it may be kept."""

import dataclasses
from collections.abc import Collection

from accredit.audit.events import AnyEvent, ProviderEvent
from accredit.audit.redact import without
from accredit.models import Verification
from accredit.profile import Profile

_MOST_EVENTS = 20


class Hearing:
    """The events of one request, and what its provider and its strategy said."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.verification: Verification | None = None
        self.profile: Profile | None = None

    def hear_event(self, event: AnyEvent) -> None:
        """Keep an event, unless there are many."""
        if len(self.events) < _MOST_EVENTS:
            self.events.append(event)

    def hear(self, verification: object, profile: object) -> None:
        """Keep what a strategy has returned, if that is what it must be."""
        if isinstance(verification, Verification):
            self.verification = verification
        if isinstance(profile, Profile):
            self.profile = profile

    def without(self, hidden: Collection[str]) -> "Hearing":
        """Return it without secrets: whatever a plugin may have quoted them in. A profile that does is left out."""
        kept = Hearing()
        kept.events = [_event_without(hidden, event) for event in self.events]
        if self.verification is not None:
            kept.verification = _said_without(hidden, self.verification)
        if self.profile is not None:
            claims = self.profile.claims()
            kept.profile = self.profile if without(hidden, claims) == claims else None
        return kept


def _event_without(hidden: Collection[str], event: AnyEvent) -> AnyEvent:
    told = dataclasses.replace(event, detail=without(hidden, event.detail))
    if not isinstance(told, ProviderEvent):
        return told
    calls = tuple(dataclasses.replace(call, url=without(hidden, call.url)) for call in told.calls)
    return dataclasses.replace(told, calls=calls)


def _said_without(hidden: Collection[str], said: Verification) -> Verification | None:
    try:
        return dataclasses.replace(said, claims=without(hidden, dict(said.claims)), provider_token=None)
    except Exception:  # what a plugin says need not be what it must be
        return None
