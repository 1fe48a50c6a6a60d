"""Find the simulators of every installed plugin, and pass over the plugins that are broken."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from accredit.errors import PluginError
from accredit.plugins import installed_entry_points, load_strategy_plugin, make_plugin_manager, strategies_of
from accredit.plugins.registration import registered
from accredit.testing.simulator.simulator import Simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What an installed plugin brings for one strategy: a simulator, or none, or `problem`, which names the plugin."""

    strategy: str
    source: str = ""
    simulator: type[Simulator] | None = None
    problem: str | None = None


def installed_simulators() -> dict[str, type[Simulator]]:
    """Return the simulators of all installed plugins by their strategy's name, in alphabetical order.

    A plugin that cannot be loaded is passed over, with a `RuntimeWarning` that names it.
    """
    found = {}
    for brought in look_for_simulators():
        if brought.problem is not None:
            warnings.warn(f"passed over: {brought.problem}", RuntimeWarning, stacklevel=2)
        elif brought.simulator is not None:
            found[brought.strategy] = brought.simulator
    return found


def look_for_simulators() -> Iterator[Brought]:
    """Yield one result for each installed strategy, by name. Whatever is wrong with one plugin concerns no other."""
    installed = installed_entry_points()
    for name in sorted({entry.name for entry in installed}):
        try:
            yield _look_for(name, installed)
        except PluginError as exc:
            yield Brought(strategy=name, problem=str(exc))


def _look_for(name: str, installed: Sequence[EntryPoint]) -> Brought:
    manager = make_plugin_manager()  # one for each: a plugin that is half registered must not stand in another's way
    source = load_strategy_plugin(manager, name, installed)
    strategies_of(manager)  # a provider whose strategy cannot be used is not worth simulating
    found = registered(manager, "simulators", lambda brought: [one for one in brought if one.strategy == name])
    simulators = [simulator for _, its in found for simulator in its]
    return Brought(strategy=name, source=source, simulator=simulators[0] if simulators else None)
