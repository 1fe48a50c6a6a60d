"""Can the plugins that the settings enable be used? And which are installed, but not on?"""

from collections.abc import Iterator

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.tools.plugin_inventory import ServerPlugin, list_plugins
from accredit.settings import PluginSettings

_examiner = Examiner("plugin")


def examine_server_plugins(settings: PluginSettings) -> Iterator[Finding]:
    """Load every enabled plugin as a start would, and name the others."""
    return (_examine(plugin) for plugin in list_plugins(settings))


def _examine(plugin: ServerPlugin) -> Finding:
    sources = " and ".join(plugin.brought_by)
    if not plugin.enabled:
        return _examiner.ok(plugin.name, f"{sources}: installed, and not on: plugins.enabled does not name it")
    if plugin.problem is not None:
        change = f"change [plugins], or mend, install or uninstall what brings '{plugin.name}'"
        return _examiner.fail(plugin.name, plugin.problem, change)
    return _examiner.ok(plugin.name, f"{sources}: on, and loads; its hooks: {', '.join(plugin.hooks)}")
