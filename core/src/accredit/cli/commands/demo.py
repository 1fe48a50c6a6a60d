"""`accredit demo`: watch every installed connection accept one token, and refuse every kind that it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from accredit.sandbox.demonstration import Shown
    from accredit.sandbox.sandbox import Sandbox


def command(
    full: Annotated[bool, typer.Option("--full", help="Show every token and its answer, and our tokens.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs: all of it.")] = False,
) -> None:
    """Show, in a few seconds, what is accepted and what is refused. Use it first, and after installing a plugin.

    For every installed connection it sends one good token, and each kind of bad one, to an exchange on a free port
    with a simulated provider behind it: real HTTP, real signatures, no network. A table says how many were accepted,
    and refused for which kind of reason; what is wrong is told in full. With --full our tokens are shown decoded and
    verified, and each refusal as the client sees it, next to the true reason in the audit event.

    Exit codes: 0 everything came out right, 1 something did not, or no connection is installed; 130 and 143 it was
    ended early, by Ctrl-C or SIGTERM.

    \b
    Example:
      accredit demo
      accredit demo --full | less
      accredit demo --json > demo.json
    """
    from accredit.cli.tools.notes import tell_notes
    from accredit.cli.tools.printable import plain
    from accredit.cli.tools.process import exit_on_signals, require_server
    from accredit.sandbox.sandbox import NothingInstalled

    exit_on_signals(runs_until_told=False)
    require_server("demo")
    try:
        running, shown = _run()
    except NothingInstalled as exc:
        typer.echo(plain(f"accredit: {exc}"), err=True)
        raise typer.Exit(1) from None
    tell_notes(skipped=running.skipped, broken=running.broken)
    _show(running, shown, full=full, as_json=as_json)
    if any(outcome.problems for one in shown for outcome in one.outcomes):
        raise typer.Exit(1)


def _run() -> tuple[Sandbox, list[Shown]]:
    from contextlib import closing

    import structlog

    from accredit.cli.tools.progress import progress
    from accredit.sandbox.demonstration import Shown, parts
    from accredit.sandbox.judge import Judge, Observer
    from accredit.sandbox.sandbox import sandbox

    observer = Observer()
    with (
        progress("starting simulators") as line,
        sandbox(plugins=[observer], logger=structlog.ReturnLogger()) as running,
        closing(Judge(running, observer)) as judge,
    ):
        planned = list(parts(running))
        line.plan(sum(len(part.trials) for part in planned))
        shown = []
        for part in planned:
            outcomes = []
            for trial in part.trials:
                line.step(part.name)
                outcomes.append(judge.run(trial))
            shown.append(Shown(part=part, outcomes=tuple(outcomes)))
    return running, shown


def _show(running: Sandbox, shown: list[Shown], *, full: bool, as_json: bool) -> None:
    from accredit.cli.tools.screen import make_console, pretty

    if as_json:
        from accredit.cli.tools.trial_json import as_json as told

        typer.echo(pretty(told(shown, skipped=running.skipped, broken=running.broken)))
        return
    from accredit.cli.tools.summary import show_next, show_summary
    from accredit.cli.tools.trial_lines import show_trials

    console = make_console(at_least=80)
    if full:
        for one in shown:
            show_trials(console, one)
        console.print()
    show_summary(console, shown)
    if not full:
        show_next(console)
