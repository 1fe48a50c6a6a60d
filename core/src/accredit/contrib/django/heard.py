"""From the events of an exchange to Django's signals, once the transaction of whoever asked is committed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.contrib.auth import get_user_model
from django.db import transaction
from django.dispatch import Signal
from django.http import HttpRequest

from accredit.audit.events import (
    AnyEvent,
    ExchangeEvent,
    LinkedEvent,
    RefreshEvent,
    ReuseEvent,
    RevocationEvent,
    SessionEndedEvent,
    UnlinkedEvent,
)
from accredit.contrib.django import signals
from accredit.contrib.django.accounts import user_of
from accredit.contrib.django.requests import current_request
from accredit.hookspecs import hookimpl

_heard: ContextVar[list[AnyEvent] | None] = ContextVar("accredit_heard", default=None)


class Listener:
    """Note what happens in a call, for the one who has called."""

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Note one event."""
        heard = _heard.get()
        if heard is not None and signal_of(event) is not None:
            heard.append(event)


@contextmanager
def hearing() -> Iterator[list[AnyEvent]]:
    """Collect the events of a call that is made in the block."""
    heard: list[AnyEvent] = []
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)


def send(events: Sequence[AnyEvent], *, using: str) -> None:
    """Send the signals of events when the transaction commits: at once where there is none, never if it fails."""
    request = current_request()
    for event in events:
        signal = signal_of(event)
        if signal is not None and signal.has_listeners():
            transaction.on_commit(partial(_send, signal, event, request), using=using)


def signal_of(event: AnyEvent) -> Signal | None:
    """Return the signal of an event, None where it has none."""
    match event:
        case ExchangeEvent(outcome="accepted"):
            return signals.logged_in
        case ExchangeEvent():
            return signals.login_failed
        case RefreshEvent(outcome="accepted"):
            return signals.refreshed
        case ReuseEvent():
            return signals.refresh_token_reused
        case SessionEndedEvent() | RevocationEvent(outcome="accepted", session_id=str()):
            return signals.session_ended
        case LinkedEvent():
            return signals.identity_linked
        case UnlinkedEvent():
            return signals.identity_unlinked
        case _:
            return None


def _send(signal: Signal, event: AnyEvent, request: HttpRequest | None) -> None:
    user = None if event.subject is None else user_of(event.subject)
    signal.send_robust(get_user_model(), user=user, request=request, event=event)
