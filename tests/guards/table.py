"""The table of what each case should cost: read, compared, written."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.guards.cases import Counts
from tests.guards.meter import EXACT

PATH = Path(__file__).with_name("counts.toml")
RENEW = "python -m tests.guards --renew"
TOLERANCES = {"calls": 0.02, "library_calls": 0.06}
"""What a few calls more or less may be. Ours are the same on each version of Python; those of libraries differ."""

_PREFIX = "calls in "
_LIBRARIES = "calls in libraries"
_HEAD = f"""\
# What one exchange costs, one at a time, from the ASGI app to the disk. Counted, not clocked: see __init__.py.
# `calls` are calls of Python functions of ours, resumed coroutines too; below, by room. After a change that is meant:
#
#     {RENEW}
"""

Table = Mapping[str, Mapping[str, Any]]


def table_of(counts: Counts) -> Table:
    """Return counts in the shape of the table: first what must be exact, then the calls, then these by room."""
    return {case: _row(counted) for case, counted in counts.items()}


def _row(counted: Mapping[str, int]) -> dict[str, Any]:
    rooms = {
        what.removeprefix(_PREFIX): number
        for what, number in sorted(counted.items())
        if what.startswith(_PREFIX) and what != _LIBRARIES
    }
    exact = {what: counted.get(what, 0) for what in EXACT}
    return {**exact, "calls": sum(rooms.values()), "library_calls": counted.get(_LIBRARIES, 0), "rooms": rooms}


def read() -> Table:
    """Return the table as it is kept."""
    return tomllib.loads(PATH.read_text("utf-8"))


def write(table: Table) -> None:
    """Keep a table."""
    PATH.write_text(_HEAD + "".join(_lines(table)), "utf-8")


def _lines(table: Table) -> Iterator[str]:
    for case, row in table.items():
        yield f"\n[{case}]\n"
        yield from (f"{what} = {number}\n" for what, number in row.items() if what != "rooms")
        yield f"\n[{case}.rooms]\n"
        yield from (f'"{room}" = {number}\n' for room, number in row["rooms"].items())


def differences(kept: Table, found: Table) -> list[str]:
    """Say what costs more, or less, than the table allows; a gain is to be kept as well."""
    if kept.keys() != found.keys():
        return [f"the cases are {', '.join(found)}, and not {', '.join(kept)}"]
    return [line for case in found for line in _differences_of(case, kept[case], found[case])]


def _differences_of(case: str, kept: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    for what in (*EXACT, *TOLERANCES):
        before, now = kept.get(what, 0), found[what]
        if abs(now - before) > TOLERANCES.get(what, 0) * before:
            rooms = f" ({_moved(kept.get('rooms', {}), found['rooms'])})" if what == "calls" else ""
            yield f"{case}: {what.replace('_', ' ')} {before} -> {now}{rooms}"


def _moved(kept: Mapping[str, int], found: Mapping[str, int]) -> str:
    moved = {room: found.get(room, 0) - kept.get(room, 0) for room in sorted({*kept, *found})}
    return ", ".join(f"{room} {change:+d}" for room, change in moved.items() if change)
