"""Every trial of a demonstration, in full: what was sent, what the client sees, and the true reason beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from accredit.cli.tools.printable import plain
from accredit.cli.tools.screen import pretty, shortened, shown_parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from accredit.sandbox.demonstration import Part, Shown
    from accredit.sandbox.judge import Outcome


def show_trials(console: Console, shown: Shown) -> None:
    """Print one part: our decoded tokens where they were due, and the refusals, by what the client sees of them."""
    console.print(plain(f"\n{_title(shown.part)}"), style="bold cyan")
    alike: dict[str, list[Outcome]] = {}
    for outcome in shown.outcomes:
        if outcome.trial.verdict.is_acceptance:
            _show_acceptance(console, outcome)
        else:
            alike.setdefault(f"{_verdict(outcome)}; a client sees: {_face(outcome)}", []).append(outcome)
    for title, outcomes in alike.items():
        console.print(plain(f"\n{title}"), style=_style(outcomes[0]) or "bold", soft_wrap=False)
        console.print(_table(outcomes), soft_wrap=False)


def _title(part: Part) -> str:
    if part.source is None:
        return "Any connection: refused before a provider is asked"
    return f"{part.name} ({part.source}, simulated on {part.url})"


def _show_acceptance(console: Console, outcome: Outcome) -> None:
    proof = f", audience proven by {outcome.event.audience_proof}" if outcome.event else ""
    console.print(plain(f"POST /oauth/access_token {shown_parameters(outcome.trial.parameters)}"))
    console.print(plain(f"{_verdict(outcome)}: {outcome.trial.name}: {outcome.trial.about}"), style=_style(outcome))
    console.print(f"status {outcome.status or '-'}, audit reason {_reason(outcome)}{proof}")
    for name, token in outcome.tokens.items():
        console.print(f"{name}, its signature verified with /.well-known/jwks.json:")
        console.print(plain(f"{pretty(token.header)}\n{pretty(token.claims)}"), style="dim")
    console.print(f"refresh_token: {shortened(str(outcome.body.get('refresh_token', '-')))}")


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 0, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in outcomes:
        table.add_row(_reason(one), plain(f"{one.trial.name}: {one.trial.about}"), style=_style(one))
    return table


def _face(outcome: Outcome) -> str:
    if outcome.status is None:
        return "nothing"
    return f"{outcome.status} {outcome.body.get('error')}: {outcome.body.get('error_description')}"


def _reason(outcome: Outcome) -> str:
    return plain(outcome.event.reason) if outcome.event else "-"


def _verdict(outcome: Outcome) -> str:
    return "WRONG" if outcome.problems else outcome.verdict


def _style(outcome: Outcome) -> str:
    return "bold red" if outcome.problems else "green" if outcome.trial.verdict.is_acceptance else ""
