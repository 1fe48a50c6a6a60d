"""What commands for people print with: colours on a terminal only, never a broken line where one is piped."""

import io
import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_SHOWN = 12


def make_console(*, stderr: bool = False, at_least: int = 0) -> Console:
    """Return a console for standard output or error, without markup: what providers say is text, not style.

    A table that needs so many columns says so in `at_least`: in less, rich would leave some out, and a terminal that is
    narrower breaks lines and loses nothing.
    """
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # names of people in a terminal of another script
    width = None if stream.isatty() else 200
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True, width=width)
    console.width = max(console.width, at_least)
    return console


def make_table(*columns: str) -> Table:
    """Return a table without lines, whose cells fold instead of losing text."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def shortened(value: str) -> str:
    """Return the beginning of a token: enough to know it by."""
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."


def shown_parameters(parameters: Mapping[str, str]) -> str:
    """Return what is posted, as JSON, with secrets shortened."""
    public = {"client_id", "connection", "scope"}
    shown = {name: value if name in public else shortened(value) for name, value in parameters.items()}
    return json.dumps(shown, ensure_ascii=False)


def pretty(value: Mapping[str, Any]) -> str:
    """Return JSON for people. It says the same as any other, and nothing in it is a terminal's control character."""
    written = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in written)
