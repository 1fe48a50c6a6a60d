"""`accredit doctor`: is everything in place, and will it stay so?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from accredit.cli.tools.config import ConfigOption

if TYPE_CHECKING:
    from accredit.cli.checkup.finding import Finding


def command(
    config: ConfigOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no provider.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Examine a deployment. Use it before the first start, after each change, and once a week.

    Looks at the settings, the providers' API versions and when they end, the keys and the database; and unless
    it is offline, at whether each provider can be reached and knows our app, and at the clock. Changes nothing.
    Every finding is ok, a warning or a failure, and says what to change. Run it as the user that runs the server.

    Exit codes: 0 no failure, though there may be warnings, 1 a failure, 2 an argument must be changed.

    \b
    Example:
      accredit doctor --config accredit.toml
    """
    import asyncio
    import time
    from dataclasses import asdict

    from accredit.cli.checkup.run import examine
    from accredit.cli.tools.screen import pretty

    findings = asyncio.run(examine(config, offline=offline, clock=time.time))
    counts = {status: sum(one.status == status for one in findings) for status in ("ok", "warn", "fail")}
    if as_json:
        found = {"offline": offline, "counts": counts, "findings": [asdict(one) for one in findings]}
        typer.echo(pretty(found))
    else:
        _show(findings, counts)
    raise typer.Exit(1 if counts["fail"] else 0)


def _show(findings: list[Finding], counts: dict[str, int]) -> None:
    from accredit.cli.tools.printable import plain
    from accredit.cli.tools.screen import make_console

    console = make_console()
    style = {"ok": "green", "warn": "yellow", "fail": "bold red"}
    for one in findings:
        console.print(plain(f"{one.status:<5} {one.check:<14} {one.about}: {one.what}"), style=style[one.status])
        if one.change is not None:
            console.print(plain(f"{'':<20} to change: {one.change}"))
    console.print(f"\n{counts['ok']} ok, {counts['warn']} to look at, {counts['fail']} failed", style="bold")
