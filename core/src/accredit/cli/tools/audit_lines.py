"""Audit rows for people: one line each."""

import datetime as dt
import json
from collections.abc import Callable, Sequence

from accredit.cli.tools.screen import make_console
from accredit.storage import AuditRow

_COLOURS = {"accepted": "green", "refused": "red", "limited": "yellow", "failed": "bold red", "abandoned": "yellow"}
_WIDTHS = {"EVENT": 26, "REASON": 22, "SUBJECT": 35, "CLIENT": 16, "CONNECTION": 14}
"""Characters, at least; a subject of Google's has 35."""
_WIDEST = 40
"""A column does not grow beyond, however long one of its names is."""


def printer(first: Sequence[AuditRow]) -> Callable[[AuditRow], None]:
    """Return what prints a row, in columns wide enough for the `first` rows; it has printed their names."""
    console = make_console()
    columns = zip(*map(_names, first), strict=True)
    lengths = (min(max(map(len, column)), _WIDEST) for column in columns)
    widths = [max(least, length) for least, length in zip(_WIDTHS.values(), lengths, strict=True)]
    console.print(_columns("TIME (UTC)", tuple(_WIDTHS), "MS", widths), style="bold")

    def show(row: AuditRow) -> None:
        console.print(_line(row, widths), style=_COLOURS.get(row.outcome or "", ""))

    return show


def _names(row: AuditRow) -> tuple[str, ...]:
    names = (row.event, row.reason or "-", row.subject or "-", row.client_id or "-", row.connection or "-")
    return tuple(map(_printable, names))


def _columns(time: str, names: tuple[str, ...], duration: str, widths: Sequence[int]) -> str:
    padded = (f"{name:<{width}}" for name, width in zip(names, widths, strict=True))
    return " ".join((f"{time:<24}", *padded, f"{duration:>7}"))


def _line(row: AuditRow, widths: Sequence[int]) -> str:
    time = dt.datetime.fromtimestamp(row.time_ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return _columns(time, _names(row), f"{row.duration_ms:.1f}", widths) + _printable(_more(row))


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def _more(row: AuditRow) -> str:
    """Say the session, who has asked, and why in words, where there are any."""
    by = json.loads(row.facts).get("by")
    parts = (row.session_id and f"session {row.session_id}", by and f"by {by}", row.detail)
    return "".join(f"  {part}" for part in parts if part)
