"""Our commands in a host's own command line: `flask accredit …`, `manage.py accredit …`.

Those that look at an exchange and its data, without `--config`: settings and storage are the host's.
"""

from collections.abc import Sequence
from typing import Any

import typer

from accredit.cli.app import Commands
from accredit.cli.commands import audit, clients, connections, doctor, explain, import_command, keys, subjects
from accredit.cli.tools.host import Host, hosted_by

app = typer.Typer(
    cls=Commands, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, add_completion=False
)


@app.callback()
def accredit() -> None:
    """Look after social login: examine it, explain a token, rotate keys, block users.

    Begin with `doctor`. Settings and storage are those of this app.
    """


app.command("doctor")(doctor.command)
app.command("audit")(audit.command)
app.command("explain", context_settings={"allow_extra_args": True})(explain.command)
app.command("connections")(connections.command)
app.command("import")(import_command.command)
app.command("clients")(clients.list_clients)
app.add_typer(keys.app, name="keys")
app.add_typer(subjects.app, name="subjects")


def run(args: Sequence[str], host: Host, *, prog_name: str) -> None:
    """Run one command line, such as `["keys", "list"]`, for a host. Ends by `SystemExit` with the command's code."""
    command: Any = typer.main.get_command(app)
    _fit(command)
    with hosted_by(host):
        command(args=list(args), prog_name=prog_name)


def _fit(command: Any) -> None:
    """Take out what is said of a settings file, which the variable `ACCREDIT_CONFIG` would name as well."""
    command.params = [one for one in command.params if one.name != "config"]
    command.help = (command.help or "").partition("\b\nExample:")[0].rstrip()
    for one in getattr(command, "commands", {}).values():
        _fit(one)
