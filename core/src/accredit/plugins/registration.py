"""Ask plugins what they bring: the one way to call a hook that registers something."""

from collections.abc import Callable
from typing import Any, TypeVar

import pluggy

from accredit._guard import blamed

T = TypeVar("T")


def implementations(manager: pluggy.PluginManager, hook: str) -> list[pluggy.HookImpl]:
    """Return the implementations of a hook in the order the plugins were given.

    Not in pluggy's own order: `tryfirst` and `trylast` would move one to the wrong end.
    """
    given = [plugin for _, plugin in manager.list_name_plugin()]
    return sorted(getattr(manager.hook, hook).get_hookimpls(), key=lambda one: given.index(one.plugin))


def registered(manager: pluggy.PluginManager, hook: str, read: Callable[[Any], T]) -> list[tuple[str, T]]:
    """Call a hook without arguments of each plugin, in order, and return what it brings beside the plugin's source.

    `read` makes a value of what was returned. It runs plugin's code too: a hook may yield, or bring odd objects.

    Raises:
        PluginError: a hook raised, or `read` did; the message names the plugin and the hook.
    """
    found = []
    for one in implementations(manager, hook):
        with blamed(f"{one.plugin_name}: hook {hook} failed", quotes=True):
            found.append((one.plugin_name, read(one.function())))
    return found
