"""What an import has done, or would do: row by row, and in numbers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from accredit.importers.records import Kind

Outcome = Literal["entered", "unchanged", "left out", "conflict"]
"""`entered`: it is, or without `write` it would be. `conflict`: somebody else has it, who keeps it."""
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What has become of one row. `row` is a place in the old database, or a user's primary key: no id of a provider's,
    no token."""

    kind: Kind
    row: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClientTable:
    """How to make a client of an old application. An importer does not touch the settings."""

    client_id: str
    text: str
    """A table for the settings file; for a client with a secret the command that makes one."""


@dataclass(frozen=True, slots=True)
class Line:
    """Entries that have come to the same end."""

    kind: Kind
    outcome: Outcome
    count: int
    reason: str
    rows: tuple[str, ...]
    """The first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import has done, or, where it is not `written`, would do."""

    source: str
    written: bool
    entries: tuple[Entry, ...]
    clients: tuple[ClientTable, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> int:
        """How many rows were entered, or would be: none where the import was run before."""
        return sum(entry.outcome == "entered" for entry in self.entries)

    def lines(self) -> tuple[Line, ...]:
        """Return the entries in numbers, in the order in which they came up."""
        return tuple(_lines(self.entries))

    def as_json(self) -> dict[str, Any]:
        """Return all of it in values that JSON has, with every row that was not simply entered."""
        told = [asdict(entry) for entry in self.entries if entry.outcome in {"left out", "conflict"}]
        return {
            "source": self.source,
            "written": self.written,
            "changes": self.changes,
            "lines": [asdict(line) for line in self.lines()],
            "left_out": told,
            "clients": [asdict(client) for client in self.clients],
            "notes": list(self.notes),
        }


def _lines(entries: Iterable[Entry]) -> Iterable[Line]:
    alike: dict[tuple[Kind, Outcome, str], list[str]] = {}
    for entry in entries:
        alike.setdefault((entry.kind, entry.outcome, entry.reason), []).append(entry.row)
    for (kind, outcome, reason), rows in alike.items():
        yield Line(kind, outcome, len(rows), reason, tuple(rows[:_EXAMPLES]))
