"""Plugins and their hooks, checked when they are registered; and the strategies that they yield."""

import inspect
import itertools
import reprlib
from collections.abc import Container, Iterable
from types import ModuleType
from typing import Any

import pluggy

from accredit import hookspecs
from accredit._guard import blamed
from accredit.errors import PluginError
from accredit.plugins.registration import registered
from accredit.plugins.strategy_class import problem_of_class
from accredit.strategy import Strategy


def make_plugin_manager(plugins: Iterable[object] = ()) -> pluggy.PluginManager:
    """Return a plugin manager with our hook specs and `plugins`, checked."""
    manager = pluggy.PluginManager("accredit")
    manager.add_hookspecs(hookspecs)
    for plugin in plugins:
        register(manager, plugin, _unused(manager, source_of_object(plugin)))
    return manager


def source_of_object(plugin: object) -> str:
    """Name a plugin that a host has passed: by its class or module, as what it shows of itself may hold its secrets."""
    if isinstance(plugin, ModuleType):
        return f"plugin {plugin.__name__}"
    kind = plugin if isinstance(plugin, type) else type(plugin)
    return f"plugin {kind.__module__}.{kind.__qualname__}"


def _unused(manager: pluggy.PluginManager, source: str) -> str:
    """Number the second and later ones of a class."""
    names = itertools.chain([source], (f"{source} ({number})" for number in itertools.count(2)))
    return next(name for name in names if not manager.has_plugin(name))


def register(manager: pluggy.PluginManager, plugin: object, source: str) -> None:
    """Add one plugin.

    Raises:
        PluginError: a hook is misspelt, takes unknown arguments, is (not) a coroutine where it should, or wraps.
    """
    if isinstance(plugin, type):
        raise PluginError(f"{source}: a class; pass an object of it: {plugin.__name__}()")
    with blamed(source):  # it is compared with the others, maybe by a method of its own
        is_there = manager.is_registered(plugin)
    if is_there:
        raise PluginError(f"{source}: it is registered already, or is equal to one that is")
    try:
        # What is raised here but pluggy's own error comes from the plugin: all its attributes are looked at.
        with blamed(source, allowed=pluggy.PluginValidationError):
            manager.register(plugin, name=source)
    except pluggy.PluginValidationError as exc:  # it names the hook and its arguments
        raise PluginError(f"{source}: {exc}") from None
    with blamed(source):
        callers = manager.get_hookcallers(plugin) or []
        forgotten = _hooks_without_mark(plugin, {caller.name for caller in callers})
    if forgotten or not callers:
        raise PluginError(f"{source}: mark its hooks with @hookimpl: {', '.join(forgotten) or 'it has none'}")
    for caller in callers:
        _check_hook(caller, plugin, source)


def _check_hook(caller: pluggy.HookCaller, plugin: object, source: str) -> None:
    if caller.spec is None:
        raise PluginError(f"{source}: unknown hook '{caller.name}'")
    for hook in caller.get_hookimpls():
        if hook.plugin is not plugin:
            continue
        if hook.hookwrapper or hook.wrapper:
            raise PluginError(f"{source}: hook {caller.name} must not be a wrapper")
        wanted = inspect.iscoroutinefunction(getattr(hookspecs, caller.name))
        if inspect.iscoroutinefunction(hook.function) != wanted:
            kind = "a coroutine (async def)" if wanted else "a plain function"
            raise PluginError(f"{source}: hook {caller.name} must be {kind}")


def _hooks_without_mark(plugin: object, marked: Container[str]) -> list[str]:
    """Name the functions that are called like a hook but are none: what they say would never be heard."""
    names = (name for name, spec in vars(hookspecs).items() if hasattr(spec, "accredit_spec"))
    return [name for name in names if name not in marked and callable(getattr(plugin, name, None))]


def strategies_of(manager: pluggy.PluginManager) -> dict[str, tuple[type[Strategy[Any]], str]]:
    """Return every strategy that the registered plugins yield, by name, with the source of its plugin.

    Raises:
        PluginError: a hook fails, yields what is no usable Strategy class, or two yield one name.
    """
    known: dict[str, tuple[type[Strategy[Any]], str]] = {}
    for source, classes in registered(manager, "strategies", list[Any]):
        for one in classes:
            if not (isinstance(one, type) and issubclass(one, Strategy)):
                raise PluginError(f"{source}: hook strategies yields {reprlib.repr(one)}, which is no Strategy class")
            if problem := problem_of_class(one):
                raise PluginError(f"{source}: {one.__name__} {problem}")
            if one.name in known:
                raise PluginError(f"strategy '{one.name}' is brought by {known[one.name][1]} and {source}; keep one")
            known[one.name] = (one, source)
    return known
