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
        # One of another class could answer whatever it likes, and no exchange takes such a profile.
        if type(verification) is Verification:
            self.verification = verification
        if type(profile) is Profile:
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
    # Any other text is a word or an id of ours, or a name in our settings, whatever a client calls the same.
    told = dataclasses.replace(event, detail=without(hidden, event.detail), subject=without(hidden, event.subject))
    if not isinstance(told, ProviderEvent):
        return told
    calls = tuple(dataclasses.replace(call, url=without(hidden, call.url)) for call in told.calls)
    return dataclasses.replace(told, calls=calls)


def _said_without(hidden: Collection[str], said: Verification) -> Verification | None:
    try:
        claims, facts = (without(hidden, dict(one), in_names=True) for one in (said.claims, said.facts))
        return dataclasses.replace(said, claims=claims, facts=facts, provider_token=None)
    except BaseException:  # what a plugin says need not be what it must be, and may raise whatever it likes
        return None
