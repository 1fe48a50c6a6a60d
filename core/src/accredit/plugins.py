"""Find the strategies that configured connections name, and refuse whatever is not exactly right.

Register, then dispatch by name: pluggy collects the classes at start-up, and from then on a frozen table answers who
serves a connection. A hook chain would let one plugin answer for another's connection.
"""

import importlib.metadata
import inspect
from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, cast, get_args

import pluggy
from pydantic import TypeAdapter, ValidationError

from accredit import hookspecs
from accredit.errors import ConfigurationError, PluginError
from accredit.logs import where
from accredit.namespaces import check_namespaces
from accredit.settings import ConnectionSettings
from accredit.settings.sentences import nearest, sentences
from accredit.strategy import Strategy, UserIdScope

GROUP = "accredit.strategies"
"""The entry-point group; an entry's name is the strategy's name, its value the module with the hooks."""


_BOOL = TypeAdapter(bool)


@dataclass(frozen=True, slots=True)
class Connection:
    """A configured strategy, ready to use."""

    name: str
    strategy: Strategy[Any]
    settings: ConnectionSettings
    accepted: frozenset[str]
    """Our app ids at the provider; never empty."""
    source: str
    """Who brought the strategy: a distribution with its version, or a plugin object."""

    @property
    def namespace(self) -> str:
        """The first half of its users' subjects."""
        return self.settings.namespace or self.strategy.name


def installed_entry_points(name: str | None = None) -> list[importlib.metadata.EntryPoint]:
    """Return the installed strategies, or those with one name; a distribution that is found twice counts once."""
    found = importlib.metadata.entry_points(group=GROUP)
    named = found if name is None else found.select(name=name)
    return list({(entry.name, source_of(entry)): entry for entry in named}.values())


def source_of(entry: importlib.metadata.EntryPoint) -> str:
    """Name the distribution of an entry point, with its version."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed distribution"


def make_plugin_manager(plugins: Iterable[object] = ()) -> pluggy.PluginManager:
    """Return a plugin manager with our hook specs and `plugins`, checked."""
    manager = pluggy.PluginManager("accredit")
    manager.add_hookspecs(hookspecs)
    for plugin in plugins:
        register(manager, plugin, f"plugin {plugin!r}")
    return manager


def register(manager: pluggy.PluginManager, plugin: object, source: str) -> None:
    """Add one plugin.

    Raises:
        PluginError: a hook is misspelt, takes unknown arguments, is (not) a coroutine where it should, or wraps.
    """
    if isinstance(plugin, type):
        raise PluginError(f"{source}: a class; pass an object of it: {plugin.__name__}()")
    try:
        manager.register(plugin, name=source)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as exc:
        raise PluginError(f"{source}: {exc}") from exc
    callers = manager.get_hookcallers(plugin) or []
    forgotten = _hooks_without_mark(plugin, {caller.name for caller in callers})
    if forgotten or not callers:
        raise PluginError(f"{source}: mark its hooks with @hookimpl: {', '.join(forgotten) or 'it has none'}")
    for caller in callers:
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


def load_strategy_plugin(manager: pluggy.PluginManager, name: str) -> str:
    """Register the installed plugin that brings strategy `name`, and return its source.

    Raises:
        PluginError: nobody brings it, two do, or it cannot be loaded.
    """
    entries = installed_entry_points(name)
    if not entries:
        raise PluginError(_nobody_brings(name))
    if len(entries) > 1:
        sources = " and ".join(sorted(map(source_of, entries)))
        raise PluginError(f"strategy '{name}' is brought by {sources}; uninstall all but one")
    source = source_of(entries[0])
    try:
        module = entries[0].load()
    except (Exception, SystemExit) as exc:  # a plugin may fail in any way; start-up stops in one
        cause = f"{where(exc)}: {exc}"
        raise PluginError(f"{source}: entry point {name} = {entries[0].value} cannot be loaded: {cause}") from exc
    if not manager.is_registered(module):
        register(manager, module, f"{source} ({entries[0].value})")
    return source


def load_connections(
    tables: Mapping[str, Mapping[str, Any]], manager: pluggy.PluginManager
) -> tuple[dict[str, Connection], frozenset[str]]:
    """Return the enabled connections by name, and the names of the disabled ones, which load nothing.

    Raises:
        ConfigurationError: a connection's settings are wrong; the message names connection and setting.
        PluginError: a strategy is missing, broken, or brought twice.
    """
    disabled = frozenset(name for name, table in tables.items() if _is_off(table))
    wanted = {name: str(table.get("strategy") or name) for name, table in tables.items() if name not in disabled}
    embedded = _collect(manager)
    _check_brought(wanted, embedded.keys() | {entry.name for entry in installed_entry_points()})
    for strategy in dict.fromkeys(wanted.values()):
        if strategy not in embedded:
            load_strategy_plugin(manager, strategy)
        elif entries := installed_entry_points(strategy):
            sources = f"{embedded[strategy][1]} and {source_of(entries[0])}"
            raise PluginError(f"strategy '{strategy}' is brought by {sources}; keep one")
    known = _collect(manager)
    connections = {}
    for name, strategy in wanted.items():
        if strategy not in known:
            raise PluginError(f"strategy '{strategy}': its plugin does not yield a Strategy of that name")
        strategy_type, source = known[strategy]
        connections[name] = _configure(name, tables[name], strategy_type, source)
    check_namespaces(connections, strategy_names(tables, manager))
    return connections, disabled


def _check_brought(wanted: Mapping[str, str], brought: Set[str]) -> None:
    """Refuse a strategy that nobody brings, with its place and the name that may be meant.

    A slip in a variable makes a connection of its own, which has no strategy: then another connection may be meant.
    """
    for name, strategy in wanted.items():
        if strategy not in brought:
            others = {one for one, its in wanted.items() if its in brought} if name == strategy else set()
            near = nearest([strategy], [[one] for one in sorted(brought | others)])
            meant = f"; did you mean {'.'.join(near)}?" if near else ""
            raise PluginError(f"setting connections.{name}: {_nobody_brings(strategy)}{meant}")


def _nobody_brings(strategy: str) -> str:
    known = ", ".join(sorted({entry.name for entry in installed_entry_points()})) or "none"
    return f"no installed distribution brings strategy '{strategy}' (installed: {known})"


def reserved_namespaces(tables: Mapping[str, Mapping[str, Any]], manager: pluggy.PluginManager) -> frozenset[str]:
    """Name every strategy and every namespace that is configured: subjects that begin so are some identity's."""
    namespaces = {str(table["namespace"]) for table in tables.values() if table.get("namespace")}
    return strategy_names(tables, manager) | namespaces


def strategy_names(tables: Mapping[str, Mapping[str, Any]], manager: pluggy.PluginManager) -> frozenset[str]:
    """Name every strategy that is configured, switched off or not, embedded, or installed."""
    configured = {str(table.get("strategy") or name) for name, table in tables.items()}
    return frozenset(configured | _collect(manager).keys() | {entry.name for entry in installed_entry_points()})


def _is_off(table: Mapping[str, Any]) -> bool:
    try:
        return not _BOOL.validate_python(table.get("enabled", True))
    except ValidationError:
        return False  # its settings model will say what is wrong


def _collect(manager: pluggy.PluginManager) -> dict[str, tuple[type[Strategy[Any]], str]]:
    known: dict[str, tuple[type[Strategy[Any]], str]] = {}
    for hook in manager.hook.strategies.get_hookimpls():
        try:
            classes: list[Any] = list(cast("Any", hook.function)())
        except (Exception, SystemExit) as exc:  # a plugin may fail in any way; start-up stops in one
            raise PluginError(f"{hook.plugin_name}: hook strategies failed: {where(exc)}: {exc}") from exc
        for one in classes:
            if not (isinstance(one, type) and issubclass(one, Strategy)):
                raise PluginError(f"{hook.plugin_name}: hook strategies yields {one!r}, which is no Strategy class")
            problem = _unusable(one)
            if problem:
                raise PluginError(f"{hook.plugin_name}: {one.__name__} {problem}")
            if one.name in known:
                both = f"{known[one.name][1]} and {hook.plugin_name}"
                raise PluginError(f"strategy '{one.name}' is brought by {both}; keep one")
            known[one.name] = (one, hook.plugin_name)
    return known


def _unusable(strategy_type: type[Strategy[Any]]) -> str | None:
    """Say what keeps a Strategy class from being used, None where nothing does."""
    if inspect.isabstract(strategy_type):
        return f"does not implement {', '.join(sorted(strategy_type.__abstractmethods__))}"
    name: object = getattr(strategy_type, "name", None)
    if not isinstance(name, str) or not name:
        return "has no name"
    settings_type: object = getattr(strategy_type, "settings_type", None)
    if not (isinstance(settings_type, type) and issubclass(settings_type, ConnectionSettings)):
        return "has a settings_type that is no ConnectionSettings"
    scope: object = getattr(strategy_type, "user_id_scope", None)
    if scope not in get_args(UserIdScope):
        return f"has a user_id_scope that is none of {', '.join(get_args(UserIdScope))}"
    return None


def _configure(name: str, table: Mapping[str, Any], strategy_type: type[Strategy[Any]], source: str) -> Connection:
    try:
        settings = strategy_type.settings_type.model_validate({**table, "strategy": strategy_type.name})
    except ValidationError as exc:
        problems = sentences(exc, strategy_type.settings_type)
        raise ConfigurationError(f"connection '{name}': {problems}") from None  # pydantic's text quotes the values
    try:
        accepted: Any = settings.accepted_audiences
        strategy = strategy_type(settings)
    except (Exception, SystemExit) as exc:  # a plugin may fail in any way; start-up stops in one
        raise PluginError(f"{source}: strategy '{strategy_type.name}': {where(exc)}") from None
    # A set, not just any container: in a string, `in` would match a part.
    if not isinstance(accepted, Set) or not accepted or not all(isinstance(one, str) and one for one in accepted):
        raise ConfigurationError(f"connection '{name}': no accepted app id is configured")
    return Connection(name, strategy, settings, frozenset(accepted), source)
