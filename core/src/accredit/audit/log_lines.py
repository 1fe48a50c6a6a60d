"""The first of the sinks: one line in the log for each event, under the event's own name."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import structlog

from accredit._guard import place_of
from accredit.audit.event import Event
from accredit.audit.events import (
    AnyEvent,
    Check,
    ExchangeEvent,
    OperationalEvent,
    ProviderEvent,
    RequestEvent,
    SubjectEvent,
    TrailEvent,
)
from accredit.audit.logs import LOGGER, event_logger, line_of, vanishes
from accredit.audit.operations import log_failed, log_unheard

_COPIED = (
    "reason",
    "status",
    "client_id",
    "grant_type",
    "connection",
    "strategy",
    "subject",
    "namespace",
    "user_id",
    "by",
    "session_id",
    "scopes",
    "limit",
    "kinds",
    "audience_proof",
    "verified_by",
)
"""What stands in the line as it is, if the event has it and it says something."""


class LogLines:
    """Write each event to `logger`, by default the standard library's logger `accredit`."""

    def __init__(self, logger: object = None) -> None:
        self._log = event_logger(logger, render=_line)
        self._is_ours = logger is None

    def __call__(self, event: AnyEvent, /, more: Mapping[str, str] | None = None) -> None:
        """Write one line, at the event's level, and with it what is `more`.

        None of what is repeated, or a flood of calls would be one of lines.

        A logger is the host's, as a sink is: whatever it raises is told beside it. What has happened has happened.
        """
        if event.is_repeated:
            return
        try:
            if more:
                getattr(self._log, event.level)(event, more=more)
            else:
                getattr(self._log, event.level)(event)
        except BaseException as exc:
            self._tell_beside(log_failed(place_of(exc)))

    def warn_unheard(self) -> None:
        """Say once, where it is heard, that events below level warning vanish, and how to hear them."""
        if self._is_ours and vanishes():
            self._tell_beside(log_unheard())

    def _tell_beside(self, event: AnyEvent) -> None:
        """Write a line about the log itself, by a logger below ours: that one may be disabled, or fail.

        `logging.config` disables those that it does not know.
        """
        with suppress(BaseException):  # there is no place left to tell it
            getattr(event_logger(logging.getLogger(f"{LOGGER}.host"), render=_line), event.level)(event)


def _line(_logger: object, level: str, told: structlog.typing.EventDict) -> str:
    """Render an event, as a processor: its fields would be copied at each call if they were arguments."""
    event: AnyEvent = told["event"]
    form = _form_of(type(event))
    if more := told.get("more"):
        return line_of({**more, **_fields_of(event, form)}, level)
    return line_of(_fields_of(event, form), level, names_are_ours=not form.has_facts)


def fields_of(event: AnyEvent) -> dict[str, object]:
    """Return what the line of an event holds, but for its level and the time. It is not redacted."""
    return _fields_of(event, _form_of(type(event)))


def _fields_of(event: AnyEvent, form: "_Form") -> dict[str, object]:
    """Return what is worth a place in the line: `asdict` would cost more than writing it."""
    told: Any = event  # which has what the form of its kind says
    line: dict[str, object] = dict(filter(_says_something, zip(form.copied, form.read(event), strict=True)))
    if form.has_calls:
        line["unbound"] = told.unbound
    if event.detail:
        line["detail"] = event.detail
    if event.alert or form.is_request:
        line["alert"] = event.alert
    if form.has_checks and (checks := compact(told.checks)):
        line["checks"] = checks
    if form.has_calls and told.calls:
        line["calls"] = [
            {"method": call.method, "url": call.url, "status": call.status, "duration_ms": round(call.duration_ms, 1)}
            for call in told.calls
        ]
    if form.may_link and told.linked:
        line["linked"] = True
    if form.is_request:
        line["duration_ms"] = round(event.duration_ms, 1)
    if form.has_facts:
        line.update(told.facts)
    line["event"] = event.name
    return line


_says_something = itemgetter(1)
"""Whether a name and a value do: the value is not empty."""


class _Form(NamedTuple):
    """What the line of one kind of event may hold."""

    copied: tuple[str, ...]
    read: Callable[[AnyEvent], tuple[object, ...]]
    """Reads the values of `copied`."""
    is_request: bool
    has_checks: bool
    has_calls: bool
    may_link: bool
    has_facts: bool


@cache  # by type: there are as many as there are kinds of event. Abstract classes are slow to tell whose an object is
def _form_of(kind: type[Event]) -> _Form:
    shown = kind.__dataclass_fields__
    copied = [name for name in _COPIED if name in shown and not (name == "reason" and issubclass(kind, SubjectEvent))]
    return _Form(
        tuple(copied),
        attrgetter(*copied),
        is_request=issubclass(kind, RequestEvent),
        has_checks=issubclass(kind, TrailEvent),
        has_calls=issubclass(kind, ProviderEvent),
        may_link=issubclass(kind, ExchangeEvent),
        has_facts=issubclass(kind, OperationalEvent),
    )


def compact(checks: Sequence[Check]) -> str:
    """Return the checks for the log line: `verify:152ms,check_audience:refused`.

    Only those that took a millisecond, and the one that refused or failed: the order is fixed and the others have
    passed in no time. Without blanks, so that the redaction need not look closer.
    """
    parts = [
        f"{one.name}:{one.duration_ms:.0f}ms" for one in checks if one.duration_ms >= 1 and one.verdict == "passed"
    ]
    if checks and checks[-1].verdict != "passed":
        name, verdict, ms = checks[-1]
        parts.append(f"{name}:{verdict}" if ms < 1 else f"{name}:{ms:.0f}ms:{verdict}")
    return ",".join(parts)
