"""Audit rows for people: one line each."""

import datetime as dt
import json
from collections.abc import Callable

from accredit.cli.tools.screen import make_console
from accredit.storage import AuditRow

_COLOURS = {"accepted": "green", "refused": "red", "limited": "yellow", "failed": "bold red", "abandoned": "yellow"}
_HEAD = f"{'TIME (UTC)':<24} {'EVENT':<26} {'REASON':<22} {'SUBJECT':<28} {'CLIENT':<16} {'CONNECTION':<14} {'MS':>7}"


def printer() -> Callable[[AuditRow], None]:
    """Return what prints a row, in columns; it has printed their names."""
    console = make_console()
    console.print(_HEAD, style="bold")

    def show(row: AuditRow) -> None:
        console.print(_line(row), style=_COLOURS.get(row.outcome or "", ""))

    return show


def _line(row: AuditRow) -> str:
    time = dt.datetime.fromtimestamp(row.time_ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    reason = row.reason or "-"
    columns = f"{time:<24} {row.event:<26} {reason:<22} {row.subject or '-':<28} {row.client_id or '-':<16}"
    line = f"{columns} {row.connection or '-':<14} {row.duration_ms:>7.1f}{_more(row)}"
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in line)


def _more(row: AuditRow) -> str:
    """Say the session, who has asked, and why in words, where there are any."""
    by = json.loads(row.facts).get("by")
    parts = (row.session_id and f"session {row.session_id}", by and f"by {by}", row.detail)
    return "".join(f"  {part}" for part in parts if part)
