"""`manage.py accredit import`: take over logins from the tables that another package has left in Django's database."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import UUIDField

from accredit.contrib.django.host import exchange
from accredit.errors import ConfigurationError
from accredit.importers import SOURCES, ImportOptions, Report, Target, enter, read
from accredit.importers.django_query import DjangoQuery


def add_arguments(parser: CommandParser) -> None:
    """Take what the tables cannot tell."""
    parser.add_argument("source", choices=list(SOURCES), help="the package whose tables are read")
    parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="where they are; it is only read")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--write", action="store_true", help="enter what is found")
    way.add_argument("--dry-run", action="store_false", dest="write", help="only say what would be entered (default)")
    parser.add_argument(
        "--connection", action="append", default=[], type=_pair, metavar="PROVIDER=NAME", help="repeatable"
    )
    parser.add_argument(
        "--same-app",
        action="append",
        default=[],
        metavar="PROVIDER",
        help="its ids are of our connection's app; repeatable",
    )
    parser.add_argument("--table", action="append", default=[], type=_pair, metavar="USUAL=NAME", help="repeatable")
    parser.add_argument("--user-ids", choices=("text", "uuid"), help="what users' ids of 32 hex digits are")
    parser.add_argument(
        "--refresh-ttl-s", type=int, help="how long the old refresh tokens live, in seconds, if they end"
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON, for programs")


def run(options: Mapping[str, Any], write_line: Callable[[str], Any]) -> None:
    """Read, enter, and report. Table and primary key of the users are those of the project's own model.

    Raises:
        CommandError: something must be changed first.
    """
    users = get_user_model()._meta
    asked = ImportOptions(
        write=options["write"],
        connections=dict(options["connection"]),
        same_app=frozenset(options["same_app"]),
        tables={"auth_user": users.db_table, **dict(options["table"])},
        user_key=users.pk.column or users.pk.name,
        user_ids=options["user_ids"] or ("uuid" if isinstance(users.pk, UUIDField) else None),
        refresh_ttl_s=options["refresh_ttl_s"],
    )
    if options["database"] not in connections:
        raise CommandError(f"there is no database '{options['database']}'; there is: {', '.join(connections)}")
    ours = exchange()
    try:
        reading = read(options["source"], DjangoQuery(connections[options["database"]]), asked)
        report = ours.run(lambda: enter(reading, Target.of(ours.inner.engine), options=asked))
    except ConfigurationError as exc:
        raise CommandError(str(exc)) from None
    for line in [json.dumps(report.as_json(), indent=2)] if options["as_json"] else _told(report):
        write_line(line)


def _told(report: Report) -> Iterable[str]:
    for line in report.lines():
        why = f": {line.reason}" if line.reason else ""
        yield f"{line.outcome:<10} {line.count:>6} {line.kind}{why} ({', '.join(line.rows)})"
    for note in report.notes:
        yield f"note: {note}"
    for client in report.clients:
        yield f"\n{client.text}"
    yield f"entered: {report.changes}" if report.written else f"would be entered: {report.changes}; --write does it"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError("write it as NAME=VALUE")
    return name, value
