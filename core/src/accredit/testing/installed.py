"""Find the simulators of every installed plugin."""

from accredit.plugins import installed_entry_points, load_strategy_plugin, make_plugin_manager
from accredit.testing.simulator import Simulator


def installed_simulators() -> dict[str, type[Simulator]]:
    """Return the simulators of all installed plugins by their strategy's name, in alphabetical order.

    Raises:
        PluginError: an installed plugin cannot be loaded.
    """
    manager = make_plugin_manager()
    for name in sorted({entry.name for entry in installed_entry_points()}):
        load_strategy_plugin(manager, name)
    found = [simulator for simulators in manager.hook.simulators() for simulator in simulators]
    return {simulator.strategy: simulator for simulator in sorted(found, key=lambda one: one.strategy)}
