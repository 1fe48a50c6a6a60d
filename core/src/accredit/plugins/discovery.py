"""Strategies that are installed: entry points, and the plugins behind them."""

import importlib.metadata

import pluggy

from accredit._guard import blamed
from accredit.errors import PluginError
from accredit.plugins.registry import register
from accredit.plugins.requirement import mismatch

GROUP = "accredit.strategies"
"""The entry-point group; an entry's name is the strategy's name, its value the module with the hooks."""


def installed_entry_points(name: str | None = None) -> list[importlib.metadata.EntryPoint]:
    """Return the installed strategies, or those with one name; a distribution that is found twice counts once."""
    found = importlib.metadata.entry_points(group=GROUP)
    named = found if name is None else found.select(name=name)
    return list({(entry.name, source_of(entry)): entry for entry in named}.values())


def source_of(entry: importlib.metadata.EntryPoint) -> str:
    """Name the distribution of an entry point, with its version."""
    try:
        return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed distribution"
    except ValueError:  # metadata that is no text
        return "a distribution whose metadata cannot be read"


def load_strategy_plugin(manager: pluggy.PluginManager, name: str) -> str:
    """Register the installed plugin that brings strategy `name`, and return its source.

    Raises:
        PluginError: nobody brings it, two do, it was made for another version of core, or it cannot be loaded.
    """
    entries = installed_entry_points(name)
    if not entries:
        raise PluginError(nobody_brings(name))
    if len(entries) > 1:
        sources = " and ".join(sorted(map(source_of, entries)))
        raise PluginError(f"strategy '{name}' is brought by {sources}; uninstall all but one")
    entry = entries[0]
    source = source_of(entry)
    if entry.dist is not None and (problem := mismatch(entry.dist)):
        raise PluginError(problem)
    with blamed(f"{source}: entry point {name} = {entry.value} cannot be loaded", quotes=True):
        module = entry.load()
    if not manager.is_registered(module):
        register(manager, module, f"{source} ({entry.value})")
    return source


def nobody_brings(strategy: str) -> str:
    """Say that a strategy is not installed, and which are."""
    known = ", ".join(sorted({entry.name for entry in installed_entry_points()})) or "none"
    return f"no installed distribution brings strategy '{strategy}' (installed: {known})"
