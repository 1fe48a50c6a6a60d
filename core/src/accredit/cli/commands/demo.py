"""`accredit demo`: watch every installed connection accept one token, and refuse every kind that it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from accredit.sandbox.judge import Outcome


def command() -> None:
    """Show, in a few seconds, what is accepted and what is refused. Use it first, and after installing a plugin.

    For every installed connection it sends one good token, and each kind of bad one, to an exchange on a free port
    with a simulated provider behind it: real HTTP, real signatures, no network. Our tokens are shown decoded and
    verified; a refusal is shown as the client sees it, next to the true reason in the audit event.

    Exit codes: 0 everything came out right, 1 something did not, or no connection is installed.

    \b
    Example:
      accredit demo
    """
    from accredit.cli.tools.process import exit_on_signals, require_server

    exit_on_signals()
    require_server("demo")
    if not _run():
        raise typer.Exit(1)


def _run() -> bool:
    from contextlib import closing

    import structlog

    from accredit.cli.tools.screen import make_console
    from accredit.sandbox.judge import Judge, Observer
    from accredit.sandbox.sandbox import NothingInstalled, sandbox
    from accredit.sandbox.trials import contract_trials, sample_trials

    console = make_console()
    outcomes: list[Outcome] = []
    observer = Observer()
    try:
        with (
            sandbox(plugins=[observer], logger=structlog.ReturnLogger()) as running,
            closing(Judge(running, observer)) as judge,
        ):
            for note in running.skipped:
                console.print(f"Skipped: {note}.")
            for problem in running.broken:
                console.print(f"Warning: passed over: {problem}.", style="yellow")
            for provider in running.providers:
                _head(console, f"{provider.name} ({provider.source}, simulated on {provider.url})")
                outcomes += _show(console, [judge.run(trial) for trial in sample_trials(provider)])
            _head(console, "Any connection: refused before a provider is asked")
            outcomes += _show(console, [judge.run(trial) for trial in contract_trials(running.providers[0])])
    except NothingInstalled as exc:
        typer.echo(f"accredit: {exc}", err=True)
        return False
    return _sum_up(console, outcomes)


def _head(console: Console, title: str) -> None:
    console.print(f"\n{title}", style="bold cyan")


def _show(console: Console, outcomes: list[Outcome]) -> list[Outcome]:
    from accredit.cli.tools.screen import make_table, pretty, shortened, shown_parameters

    table = make_table("", "sample", "token", "status", "what the client sees", "audit reason", "about")
    for outcome in outcomes:
        trial, reason = outcome.trial, outcome.event.reason if outcome.event else "-"
        if trial.verdict.is_acceptance:
            console.print(f"POST /oauth/access_token {shown_parameters(trial.parameters)}")
            proof = f", audience proven by {outcome.event.audience_proof}" if outcome.event else ""
            console.print(f"{_verdict(outcome)}: {trial.about}", style=_style(outcome))
            console.print(f"status {outcome.status}, audit reason {reason}{proof}")
            for name, token in outcome.tokens.items():
                console.print(f"{name}, its signature verified with /.well-known/jwks.json:")
                console.print(f"{pretty(token.header)}\n{pretty(token.claims)}", style="dim")
            console.print(f"refresh_token: {shortened(str(outcome.body.get('refresh_token')))}\n")
        else:
            table.add_row(
                _verdict(outcome),
                trial.name,
                shortened(trial.parameters.get("access_token") or trial.parameters.get("code", "-")),
                str(outcome.status),
                f"{outcome.body.get('error')}: {outcome.body.get('error_description')}",
                reason,
                trial.about,
                style=_style(outcome),
            )
    console.print(table, soft_wrap=False)
    for outcome in outcomes:
        for problem in outcome.problems:
            console.print(f"WRONG: {outcome.trial.name}: {problem}", style="bold red")
    return outcomes


def _verdict(outcome: Outcome) -> str:
    if outcome.problems:
        return "WRONG"
    return "accepted" if outcome.trial.verdict.is_acceptance else "refused"


def _style(outcome: Outcome) -> str:
    return "bold red" if outcome.problems else "green" if outcome.trial.verdict.is_acceptance else ""


def _sum_up(console: Console, outcomes: list[Outcome]) -> bool:
    right = [outcome for outcome in outcomes if not outcome.problems]
    accepted = sum(outcome.trial.verdict.is_acceptance for outcome in right)
    wrong = len(outcomes) - len(right)
    console.print(
        f"\n{accepted} accepted, {len(right) - accepted} refused, {wrong} wrong",
        style="bold red" if wrong else "bold green",
    )
    return not wrong
