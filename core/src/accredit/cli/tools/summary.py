"""The summary of a demonstration: a table of its connections in 80 columns, an example, and what to run next."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from accredit.cli.tools.printable import plain
from accredit.cli.tools.program import this_program
from accredit.sandbox.demonstration import Shown
from accredit.sandbox.judge import Outcome
from accredit.sandbox.kinds import KINDS, OTHER_APP, kind_of

_ACCEPTED, _WRONG = "accepted", "wrong"
_COLUMNS = (_ACCEPTED, *(kind.name for kind in KINDS), _WRONG)


def show_summary(console: Console, shown: Sequence[Shown]) -> None:
    """Print what was tried and what came of it, per connection; what is wrong is told in full."""
    console.print(
        "Each connection was sent one good token, and every bad one that its simulated\n"
        "provider knows: real HTTP, real signatures, no network. This came of it:\n"
    )
    console.print(_table(shown), soft_wrap=False)
    console.print("\nRefused, by column:")
    for kind in KINDS:
        console.print(f"  {kind.name:<10} {kind.about}", style="bold" if kind is OTHER_APP else None)
    for line in _example(shown):
        console.print(plain(line))
    _show_problems(console, shown)
    _count(console, shown)


def show_next(console: Console) -> None:
    """Print what to run next."""
    program = this_program()
    console.print(f"\nNext, see each step of a login, in a browser:  {program} dev")
    console.print(f"Each token of this run, and its answer:        {program} demo --full")


def _show_problems(console: Console, shown: Sequence[Shown]) -> None:
    wrong = [(one.part.name, outcome) for one in shown for outcome in one.outcomes if outcome.problems]
    for at, (name, outcome) in enumerate(wrong):
        for problem in outcome.problems:
            text = plain(f"WRONG: {name}: {outcome.trial.name}: {problem}")
            console.print(text if at else f"\n{text}", style="bold red")


def _count(console: Console, shown: Sequence[Shown]) -> None:
    found = Counter(outcome.verdict for one in shown for outcome in one.outcomes)
    text = f"\n{found['accepted']} accepted, {found['refused']} refused, {found['wrong']} wrong"
    console.print(text, style="bold red" if found["wrong"] else "bold green")


def _table(shown: Sequence[Shown]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("connection", overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for one in shown:
        found = Counter(map(_column, one.outcomes))
        style = "bold red" if found[_WRONG] else None
        table.add_row(plain(one.part.name), *(str(found[name] or "-") for name in _COLUMNS), style=style)
    return table


def _column(outcome: Outcome) -> str:
    return kind_of(outcome.trial).name if outcome.verdict == "refused" else outcome.verdict


def _example(shown: Sequence[Shown]) -> Iterator[str]:
    """Yield the lines about one token of another app: what all this is for."""
    for one in shown:
        for outcome in one.outcomes:
            if outcome.event and outcome.event.reason == "wrong_audience" and not outcome.problems:
                good = one.outcomes[0]
                yield f"\nFor example {one.part.name}:"
                yield f"  accepted  {good.trial.name}: {good.trial.about}"
                yield f"  refused   {outcome.trial.name}: {outcome.trial.about}"
                yield f"            the client sees: {outcome.status} {outcome.body['error_description']}"
                yield f"            our log tells why: {outcome.event.reason}"
                return
