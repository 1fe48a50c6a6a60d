"""Show how far a command has come, in one line of a terminal that is renewed; where none reads it, say nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from accredit.cli.tools.screen import make_console


class Line:
    """The line. `plan` says how much there is to do, `step` that one more thing begins, and what it belongs to."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None)

    def plan(self, total: int) -> None:
        """Say how many steps there will be."""
        self._progress.update(self._task, total=total)

    def step(self, what: str) -> None:
        """Go one step on."""
        self._progress.update(self._task, description=what, advance=1)


@contextmanager
def progress(what: str) -> Iterator[Line]:
    """Show a line on standard error until the block ends; then it is gone.

    A log would keep each state of it, so that nothing is written unless standard error is a terminal that can go back
    in a line: forced colours (`FORCE_COLOR`) do not make it one.
    """
    console = make_console(stderr=True)
    able = console.is_terminal and console.file.isatty() and not console.is_dumb_terminal
    columns = (TextColumn("{task.description:<24}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not able) as shown:
        yield Line(shown, what)
