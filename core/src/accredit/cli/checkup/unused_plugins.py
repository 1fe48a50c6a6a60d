"""Are there broken plugins among those that no connection uses? They stop nothing until one does."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.tools.inventory import settings_type_of
from accredit.plugins import installed_entry_points

_examiner = Examiner("plugin")


def examine_unused_plugins(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Warn about each plugin that could not be loaded. Those that connections use are looked at with these."""
    used = {str(table.get("strategy") or name) for name, table in tables.items()}
    for strategy in _installed_beside(used):
        _, problem = settings_type_of(strategy)
        if problem is not None:
            yield _examiner.warn(strategy, problem, "nothing yet, as no connection uses it; else mend or uninstall it")


def _installed_beside(used: Iterable[str]) -> list[str]:
    return sorted({entry.name for entry in installed_entry_points()}.difference(used))
