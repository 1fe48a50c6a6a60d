"""Signals of blinker's for what has happened: sent to the app's receivers in the thread of the request, afterwards.

==================  ==========================================================  ==================================
signal              when                                                        `event`
==================  ==========================================================  ==================================
`logged_in`         somebody has got tokens by a login                          `ExchangeEvent`
`refreshed`         a login goes on                                             `RefreshEvent`
`session_ended`     an app has logged out, or a refresh token was used twice    `RevocationEvent`, `ReuseEvent`
`identity_linked`   a user has added another login                              `LinkedEvent`
==================  ==========================================================  ==================================

They tell what comes by the endpoints: what your own code does to an exchange, it knows.

A receiver takes the app, and by name `event` and `subject`, the user's id::

    @logged_in.connect_via(app)
    def greet(sender, subject, event): ...

What a receiver raises changes nothing for whoever logs in: it is logged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from blinker import NamedSignal, Namespace
from flask import Flask

from accredit.audit.events import (
    AnyEvent,
    ExchangeEvent,
    LinkedEvent,
    RefreshEvent,
    ReuseEvent,
    RevocationEvent,
)
from accredit.hookspecs import hookimpl

_signals = Namespace()
logged_in = _signals.signal("logged-in")
refreshed = _signals.signal("refreshed")
session_ended = _signals.signal("session-ended")
identity_linked = _signals.signal("identity-linked")

_heard: ContextVar[list[AnyEvent] | None] = ContextVar("accredit_events", default=None)
"""What has happened during this call, in the order of it."""


class Hears:
    """A plugin that keeps what happens for the thread that has called: the event loop must not wait for receivers."""

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Keep one event, if somebody waits for the call."""
        heard = _heard.get()
        if heard is not None:
            heard.append(event)


@contextmanager
def telling(app: Flask) -> Iterator[None]:
    """Send the signals of what happens in the block, at its end."""
    heard: list[AnyEvent] = []
    token = _heard.set(heard)
    try:
        yield
    finally:
        _heard.reset(token)
    for event in heard:
        signal = _signal_of(event)
        if signal is not None:
            _send(signal, app, event)


def _signal_of(event: AnyEvent) -> NamedSignal | None:
    match event:
        case ExchangeEvent(outcome="accepted"):
            return logged_in
        case RefreshEvent(outcome="accepted"):
            return refreshed
        case RevocationEvent(outcome="accepted", session_id=str()) | ReuseEvent():
            return session_ended
        case LinkedEvent():
            return identity_linked
    return None


def _send(signal: NamedSignal, app: Flask, event: AnyEvent) -> None:
    try:
        signal.send(app, event=event, subject=event.subject)
    except Exception:
        app.logger.exception("a receiver of the signal '%s' failed", signal.name)
