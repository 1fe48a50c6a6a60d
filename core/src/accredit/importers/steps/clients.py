"""Old applications as clients of ours: what an operator is to write. Nothing is written into settings here."""

import json
import shlex
from collections.abc import Iterable

from accredit.importers.records import Application
from accredit.importers.report import ClientTable, Entry
from accredit.importers.target import Target
from accredit.profile import SCOPE_CLAIMS
from accredit.settings import CLIENT_CREDENTIALS_GRANT

_STANDARD = frozenset({"openid", "offline_access", *SCOPE_CLAIMS})
_PUBLIC = "add its table to the settings file, as it is shown"
_SECRET = "its secret cannot move, since only secrets made here are let in: run the command that is shown"  # noqa: S105 - a reason


def suggest_clients(applications: Iterable[Application], target: Target) -> tuple[list[Entry], list[ClientTable]]:
    """Say of each application whether it is a client here, and how it becomes one."""
    entries, tables = [], []
    for application in applications:
        if application.client_id in target.settings.clients:
            entries.append(Entry("client", application.row, "unchanged", "it is in the settings"))
            continue
        reason = _SECRET if application.is_confidential else _PUBLIC
        entries.append(Entry("client", application.row, "left out", reason))
        write = _command if application.is_confidential else _table
        tables.append(ClientTable(application.client_id, write(application, list(target.connections))))
    return entries, tables


def _lists(application: Application, connections: list[str]) -> dict[str, list[str]]:
    is_machine = application.grant_types == {CLIENT_CREDENTIALS_GRANT}
    lists = {
        "connections": [] if is_machine else connections,
        "grant_types": [CLIENT_CREDENTIALS_GRANT] if is_machine else [],
        "scopes": sorted(application.scopes - _STANDARD),
        "allowed_origins": list(application.origins),
    }
    return {name: values for name, values in lists.items() if values}


def _table(application: Application, connections: list[str]) -> str:
    """Return a table in TOML, whose basic strings are written as those of JSON are."""
    lines = [f"[clients.{_quoted(application.client_id)}]"]
    lines += [f"{name} = {_quoted(values)}" for name, values in _lists(application, connections).items()]
    return "\n".join(lines)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON writes what is beyond 16 bits in two parts, TOML does not


_OPTION_OF = {
    "connections": "--connection",
    "grant_types": "--grant-type",
    "scopes": "--scope",
    "allowed_origins": "--origin",
}


def _command(application: Application, connections: list[str]) -> str:
    """Return the command that makes a confidential client: a table alone would leave it without a secret."""
    words = ["accredit", "clients", "add", application.client_id, "--confidential"]
    for name, values in _lists(application, connections).items():
        words += [word for value in values for word in (_OPTION_OF[name], value)]
    return shlex.join(words)
