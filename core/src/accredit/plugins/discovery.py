"""Strategies that are installed: entry points, and the plugins behind them."""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint

import pluggy

from accredit._distributions import entry_points_of, mismatch, source_of
from accredit._guard import blamed
from accredit.errors import PluginError
from accredit.plugins.published import published
from accredit.plugins.registry import register

GROUP = "accredit.strategies"
"""The entry-point group; an entry's name is the strategy's name, its value the module with the hooks."""


def installed_entry_points(name: str | None = None) -> list[EntryPoint]:
    """Return the installed strategies, or those with one name; a distribution that is found twice counts once.

    Reads a file of every distribution that is installed, of whoever: take it once, and pass it on.
    """
    return [entry for entry in entry_points_of(GROUP) if name in {None, entry.name}]


def load_strategy_plugin(manager: pluggy.PluginManager, name: str, installed: Sequence[EntryPoint]) -> str:
    """Register that one of the installed plugins which brings strategy `name`, and return its source.

    Raises:
        PluginError: nobody brings it, two do, it was made for another version of core, or it cannot be loaded.
    """
    module, entry = load_entry_point("strategy", name, installed)
    source = source_of(entry)
    if not manager.is_registered(module):
        register(manager, module, f"{source} ({entry.value})")
    return source


def load_entry_point(what: str, name: str, installed: Sequence[EntryPoint]) -> tuple[object, EntryPoint]:
    """Load that one of the installed entry points which has a name; `what` says what it stands for.

    Raises:
        PluginError: nobody brings it, two do, it was made for another version of core, or it cannot be loaded.
    """
    entries = [entry for entry in installed if entry.name == name]
    if not entries:
        raise PluginError(nobody_brings(name, installed, what=what))
    if len(entries) > 1:
        sources = " and ".join(sorted(map(source_of, entries)))
        raise PluginError(f"{what} '{name}' is brought by {sources}; uninstall all but one")
    entry = entries[0]
    if entry.dist is not None and (problem := mismatch(entry.dist)):
        raise PluginError(problem)
    with blamed(f"{source_of(entry)}: entry point {name} = {entry.value} cannot be loaded", quotes=True):
        return entry.load(), entry


def nobody_brings(name: str, installed: Iterable[EntryPoint], *, what: str = "strategy") -> str:
    """Say that a strategy, or `what` else, is not installed, and which are; of a strategy of ours who brings it."""
    known = ", ".join(sorted({entry.name for entry in installed})) or "none"
    ours = published().get(name) if what == "strategy" else None
    brought = f"; {ours['distribution']} brings it" if ours else ""
    return f"no installed distribution brings {what} '{name}' (installed: {known}){brought}"
