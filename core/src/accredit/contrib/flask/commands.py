"""`flask accredit …`: the commands of Accredit, with the settings and the storage of the app."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from flask.cli import with_appcontext

from accredit.cli.extras import problem_of_extra
from accredit.contrib.flask.configuration import place_of
from accredit.contrib.flask.state import AppState, state_of, this_app
from accredit.exchange.engine import Engine
from accredit.exchange.subjects import Subjects

T = TypeVar("T")


@click.command(
    "accredit",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Social login: doctor, explain, keys, subjects, …",
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@with_appcontext
def accredit_command(args: tuple[str, ...]) -> None:
    """Hand everything to the command line of Accredit, `--help` as well."""
    if problem := problem_of_extra("flask accredit", "cli"):
        click.echo(f"accredit: {problem}", err=True)
        raise SystemExit(2)
    from accredit.cli.hosted import run
    from accredit.cli.tools.host import Host

    app = this_app()
    state = state_of(app)
    host = Host(
        settings=lambda: state.settings,
        place=place_of(app),
        with_subjects=_SubjectsOf(state),
        storage=f"the storage of the Flask app '{app.name}'" if state.has_own_storage else None,
        with_engine=_EngineOf(state),
    )
    run(args, host, prog_name="flask accredit")


class _SubjectsOf:
    """Subjects of an app, where its exchange keeps them."""

    def __init__(self, state: AppState) -> None:
        self._exchange = state.exchange

    def __call__(self, work: Callable[[Subjects], Awaitable[T]], /) -> T:
        """Return what `work` returns, in the loop of the exchange."""
        return self._exchange.run(lambda: work(self._exchange.inner.subjects))


class _EngineOf:
    """The engine of an app."""

    def __init__(self, state: AppState) -> None:
        self._exchange = state.exchange

    def __call__(self, work: Callable[[Engine], Awaitable[T]], /) -> T:
        """Return what `work` returns, in the loop of the exchange."""
        return self._exchange.run(lambda: work(self._exchange.inner.engine))
