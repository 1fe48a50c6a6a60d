"""Every trial of a demonstration, in full: what was sent, what the client sees, and the true reason beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accredit.cli.tools.screen import make_table, plain, pretty, shortened, shown_parameters

if TYPE_CHECKING:
    from rich.console import Console

    from accredit.sandbox.demonstration import Part, Shown
    from accredit.sandbox.judge import Outcome


def show_trials(console: Console, shown: Shown) -> None:
    """Print one part: our decoded tokens where they were due, and a table of refusals."""
    console.print(plain(f"\n{_title(shown.part)}"), style="bold cyan")
    table = make_table("", "sample", "token", "status", "what the client sees", "audit reason", "about")
    for outcome in shown.outcomes:
        if outcome.trial.verdict.is_acceptance:
            _show_acceptance(console, outcome)
        else:
            table.add_row(*map(plain, _cells(outcome)), style=_style(outcome))
    console.print(table, soft_wrap=False)


def _title(part: Part) -> str:
    if part.source is None:
        return "Any connection: refused before a provider is asked"
    return f"{part.name} ({part.source}, simulated on {part.url})"


def _show_acceptance(console: Console, outcome: Outcome) -> None:
    proof = f", audience proven by {outcome.event.audience_proof}" if outcome.event else ""
    console.print(plain(f"POST /oauth/access_token {shown_parameters(outcome.trial.parameters)}"))
    console.print(plain(f"{_verdict(outcome)}: {outcome.trial.about}"), style=_style(outcome))
    console.print(f"status {outcome.status}, audit reason {_reason(outcome)}{proof}")
    for name, token in outcome.tokens.items():
        console.print(f"{name}, its signature verified with /.well-known/jwks.json:")
        console.print(plain(f"{pretty(token.header)}\n{pretty(token.claims)}"), style="dim")
    console.print(f"refresh_token: {shortened(str(outcome.body.get('refresh_token')))}\n")


def _cells(outcome: Outcome) -> tuple[str, ...]:
    sent = outcome.trial.parameters
    return (
        _verdict(outcome),
        outcome.trial.name,
        shortened(sent.get("access_token") or sent.get("code", "-")),
        str(outcome.status or "-"),
        f"{outcome.body.get('error')}: {outcome.body.get('error_description')}" if outcome.status else "-",
        _reason(outcome),
        outcome.trial.about,
    )


def _reason(outcome: Outcome) -> str:
    return outcome.event.reason if outcome.event else "-"


def _verdict(outcome: Outcome) -> str:
    return "WRONG" if outcome.problems else outcome.verdict


def _style(outcome: Outcome) -> str:
    return "bold red" if outcome.problems else "green" if outcome.trial.verdict.is_acceptance else ""
