"""Let a function work with the subjects of a database, in an event loop of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from accredit.exchange.subjects import Subjects

T = TypeVar("T")


def run_with_subjects(config: Path | None, work: Callable[[Subjects], Awaitable[T]]) -> T:
    """Return what `work` returns for the subjects of the settings' database, or of the host's; or exit with code 1."""
    import asyncio

    from accredit.cli.tools.config import read_settings
    from accredit.cli.tools.host import current_host
    from accredit.cli.tools.printable import plain
    from accredit.cli.tools.stored_subjects import stored_subjects
    from accredit.errors import AccessDenied, PluginFailed

    async def run() -> T:
        async with stored_subjects(read_settings(config)) as subjects:
            return await work(subjects)

    host = current_host()
    try:
        return asyncio.run(run()) if host is None else host.with_subjects(work)
    except AccessDenied as error:
        typer.echo(plain(f"accredit: a plugin refuses: {error.description}"), err=True)
    except PluginFailed as error:
        typer.echo(f"accredit: {error.detail}", err=True)
    raise typer.Exit(1)
