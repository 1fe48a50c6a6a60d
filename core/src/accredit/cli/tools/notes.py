"""Tell on standard error which plugins a command does without."""

from collections.abc import Iterable

from accredit.cli.tools.printable import plain
from accredit.cli.tools.screen import make_console


def tell_notes(*, skipped: Iterable[str] = (), broken: Iterable[str] = ()) -> None:
    """Write a line for each strategy without simulator, and for each plugin that is broken."""
    console = make_console(stderr=True)
    for note in skipped:
        console.print(plain(f"accredit: skipped: {note}"))
    for problem in broken:
        console.print(plain(f"accredit: warning: passed over: {problem}"), style="yellow")
