"""`manage.py accredit`: the commands of Accredit, with the settings and the tables of the project."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import redirect_stdout
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accredit.cli.extras import problem_of_extra
from accredit.contrib.django import import_logins
from accredit.contrib.django.conf import read_settings
from accredit.contrib.django.host import exchange
from accredit.contrib.django.storage import DjangoStorage
from accredit.errors import ConfigurationError
from accredit.exchange.subjects import Subjects
from accredit.settings import Settings

T = TypeVar("T")

HOSTED = {
    "doctor": "examine settings, providers and keys",
    "explain": "tell why a token of a provider is accepted or refused; reads it from standard input",
    "connections": "list connections, and what is installed",
    "clients": "list clients",
    "keys": "list, rotate, revoke or encrypt the signing keys",
    "subjects": "look at users, block and unblock them, unlink identities, end sessions",
}
"""The commands of `accredit` that look at an exchange and its data; each has a `--help` of its own."""


class Command(BaseCommand):
    """Look after social login: examine it, explain a token, rotate keys, block users, delete what has expired."""

    help = "Looks after social login. Begin with: manage.py accredit doctor"
    requires_system_checks = ()  # the doctor has to be able to say what is wrong

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one command."""
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
        for name, about in HOSTED.items():
            hosted = commands.add_parser(name, help=about, add_help=False)
            hosted.takes_everything = True
        clear = commands.add_parser("clear", help="delete what has expired; run it every day")
        clear.add_argument("--batch", type=_positive, default=500, help="rows in one transaction (default: 500)")
        moving = commands.add_parser("import", help="take over logins from the tables of another package")
        import_logins.add_arguments(moving)

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        """Run one command."""
        if command in HOSTED:
            self._hosted([command, *options["rest"]])
        elif command == "import":
            import_logins.run(options, self.stdout.write)
        else:
            self._clear(options["batch"])

    def _hosted(self, args: Sequence[str]) -> None:
        if problem := problem_of_extra("manage.py accredit", "cli"):
            raise CommandError(problem)
        from accredit.cli.hosted import run
        from accredit.cli.tools.host import Host

        host = Host(
            settings=_settings,
            place="settings.ACCREDIT",
            with_subjects=_WithSubjects(),
            storage="Django's database",
        )
        try:
            with redirect_stdout(self._out()):
                run(args, host, prog_name="manage.py accredit")
        except SystemExit as end:
            if end.code:
                raise

    def _out(self) -> Any:
        """Return where output goes: `call_command` may have been given another place."""
        return getattr(self.stdout, "_out", sys.stdout)

    def _clear(self, batch: int) -> None:
        storage, deleted = DjangoStorage(exchange().tables), 0
        # Each batch is a transaction of its own, so that logins wait for none of it for long.
        while gone := storage.clear(batch):
            deleted += gone
        self.stdout.write(f"{deleted} expired sessions and identifiers deleted")


class _Parser(CommandParser):
    """A parser that may leave everything to the command that it is for, `--help` as well."""

    takes_everything = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if not self.takes_everything:
            return super().parse_known_args(args, namespace)
        return argparse.Namespace(rest=list(args or ())), []


class _WithSubjects:
    """Let a command work with the project's subjects."""

    def __call__(self, work: Callable[[Subjects], Awaitable[T]], /) -> T:
        """Return what `work` returns, in the loop of the exchange."""
        ours = exchange()
        return ours.run(lambda: work(ours.inner.subjects))


def _settings() -> Settings:
    """Return the settings; what is wrong with them is told by the command, not by Django."""
    try:
        return read_settings().accredit
    except ImproperlyConfigured as exc:
        raise ConfigurationError(str(exc)) from None


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return number
