"""The command line as Typer runs it: every command by its name, and mistakes told in a sentence."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from accredit.cli.commands import (
    audit,
    clients,
    connections,
    db,
    demo,
    dev,
    doctor,
    explain,
    import_command,
    keys,
    new_strategy,
    operator,
    serve,
    simulate,
    subjects,
)


class Commands(TyperGroup):
    """A group of commands that tells mistakes in a sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what the operator must change is told in a sentence, not in a traceback.

        What may pass by itself ends with another code, by which service managers know that it is worth another start.
        """
        from accredit.cli.tools.printable import plain
        from accredit.errors import ConfigurationError, NotReadyYet

        try:
            return super().invoke(ctx)
        except ConfigurationError as exc:
            typer.echo(plain("; ".join([f"accredit: {exc}", *getattr(exc, "__notes__", ())])), err=True)
            raise typer.Exit(1 if isinstance(exc, NotReadyYet) else 2) from None


def _version(*, wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        typer.echo(f"accredit {importlib.metadata.version('accredit')}")
        raise typer.Exit


# Help is plain text: rich would cost every start more than the rest of the command line. Pretty tracebacks are off
# because they print local variables, and so secrets.
app = typer.Typer(cls=Commands, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def accredit(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=lambda value: _version(wanted=value), help="Print the version."
        ),
    ] = False,
) -> None:
    """Exchange a social provider's token for your own tokens.

    Begin with `accredit demo` to watch it work, try your own requests against `accredit dev`, look at what is
    installed with `accredit connections`, and run it with `accredit serve`.
    """


app.command("serve")(serve.command)
app.command("dev")(dev.command)
app.command("demo")(demo.command)
app.command("simulate")(simulate.command)
app.command("connections")(connections.command)
app.command("new-strategy")(new_strategy.command)
app.command("explain", context_settings={"allow_extra_args": True})(explain.command)
app.command("doctor")(doctor.command)
app.command("audit")(audit.command)
app.command("import")(import_command.command)
app.add_typer(clients.app, name="clients")
app.add_typer(db.app, name="db")
app.add_typer(keys.app, name="keys")
app.add_typer(operator.app, name="operator")
app.add_typer(subjects.app, name="subjects")
