"""Plugins that an operator switches on by name, so that `accredit serve` can have hooks, signers and observers.

An entry point of the group `accredit.plugins` names a module or an object with hooks, which is taken as it is; or a
class or a function, which is called for such an object: with the plugin's own table, if it has a parameter `settings`.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import Any

import pluggy
from pydantic import BaseModel, ValidationError

from accredit._distributions import entry_points_of, source_of
from accredit._guard import blamed
from accredit.errors import ConfigurationError, PluginError
from accredit.plugins.discovery import GROUP as STRATEGIES
from accredit.plugins.discovery import load_entry_point, nobody_brings
from accredit.plugins.registry import register
from accredit.settings import PluginSettings
from accredit.settings.sentences import nearest, sentences
from accredit.settings.unread_table import UnreadTable

GROUP = "accredit.plugins"
"""The entry-point group; an entry's name is what stands in `plugins.enabled`."""


def installed_plugins() -> list[EntryPoint]:
    """Return what is installed to be enabled; a distribution that is found twice counts once."""
    return entry_points_of(GROUP)


def register_enabled(manager: pluggy.PluginManager, settings: PluginSettings) -> None:
    """Register every enabled plugin, in the order in which they are named. Others are not loaded.

    Raises:
        PluginError: nobody brings one, two do, it was made for another version of core, or it cannot be used.
        ConfigurationError: one refuses its settings.
    """
    if settings.enabled:  # to look for what is installed reads a file of every distribution
        installed = installed_plugins()
        for name in settings.enabled:
            register_plugin(manager, name, settings.tables.get(name), installed)


def register_plugin(
    manager: pluggy.PluginManager, name: str, table: UnreadTable | None, installed: Sequence[EntryPoint]
) -> None:
    """Register one of the installed plugins; `table` is what stands in `[plugins.NAME]`.

    Raises:
        PluginError: nobody brings it, two do, it was made for another version of core, or it cannot be used.
        ConfigurationError: it refuses its settings.
    """
    names = {entry.name for entry in installed}
    if name not in names:
        near = nearest([name], [[one] for one in sorted(names)])
        meant = f"; did you mean {'.'.join(near)}?" if near else ""
        raise PluginError(f"setting plugins.enabled: {nobody_brings(name, installed, what='plugin')}{meant}")
    loaded, entry = load_entry_point("plugin", name, installed)
    source = f"{source_of(entry)} ({name})"
    plugin = _made(loaded, name, table, source)
    register(manager, plugin, source)
    if "strategies" in {caller.name for caller in manager.get_hookcallers(plugin) or ()}:
        # A connection loads what it needs by itself, and commands look for strategies nowhere else.
        raise PluginError(f"{source}: hook strategies: name it by an entry point of the group {STRATEGIES}")


def _made(loaded: Any, name: str, table: UnreadTable | None, source: str) -> object:
    is_called = inspect.isclass(loaded) or inspect.isroutine(loaded)
    takes_settings = is_called and "settings" in _parameters(loaded)
    if table and not takes_settings:
        raise ConfigurationError(f"setting plugins.{name}: {source} takes no settings: remove the table")
    if not is_called:
        return loaded
    if inspect.iscoroutinefunction(loaded):
        raise PluginError(f"{source}: {loaded.__name__} is a coroutine function: make it a plain one")
    return _called(loaded, {"settings": table or UnreadTable({})} if takes_settings else {}, name, source)


def _called(function: Any, given: Mapping[str, UnreadTable], name: str, source: str) -> object:
    try:
        # Its own words are not told, as they may hold the value of a setting; but for those that are for the operator.
        with blamed(f"{source}: the plugin cannot be made", allowed=(ConfigurationError, ValidationError)):
            made: object = function(**given)
    except PluginError:
        raise
    except ValidationError as exc:
        told = sentences(exc, BaseModel)  # pydantic's own text quotes the values
        raise ConfigurationError(f"plugin '{name}': {told}") from None
    except ConfigurationError as exc:
        raise ConfigurationError(f"plugin '{name}': {exc}") from None
    return made


def _parameters(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # of what is written in C nobody knows
        return {}
