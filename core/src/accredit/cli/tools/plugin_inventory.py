"""Which plugins for servers are installed, which of them are on, and whether those can be used."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

from accredit._distributions import source_of
from accredit.cli.tools.config import read_settings
from accredit.errors import ConfigurationError
from accredit.plugins import make_plugin_manager
from accredit.plugins.enabled import installed_plugins, register_plugin
from accredit.plugins.signers import signers_of
from accredit.settings import PluginSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlugin:
    """One plugin. `problem` is what keeps `accredit serve` from starting; one that is not on is not looked into."""

    name: str
    brought_by: tuple[str, ...]
    """Distributions with their versions; none where nobody has installed it."""
    enabled: bool | None
    """None where nobody can tell, as the settings are not good."""
    hooks: tuple[str, ...] = ()
    problem: str | None = None


def read_plugins(config: Path | None) -> PluginSettings | None:
    """Return the settings of plugins; None where the settings as a whole are not good."""
    try:
        return read_settings(config).plugins
    except ConfigurationError:
        return None


def list_plugins(settings: PluginSettings | None) -> list[ServerPlugin]:
    """Return the enabled plugins, in their order, and then those that are only installed, by name."""
    is_on = None if settings is None else False
    settings = settings or PluginSettings()
    installed = installed_plugins()
    others = sorted({entry.name for entry in installed}.difference(settings.enabled))
    return [
        *(_enabled(name, settings, installed) for name in settings.enabled),
        *(ServerPlugin(name=name, brought_by=_sources(name, installed), enabled=is_on) for name in others),
    ]


def _enabled(name: str, settings: PluginSettings, installed: list[EntryPoint]) -> ServerPlugin:
    sources = _sources(name, installed)
    manager = make_plugin_manager()
    try:
        register_plugin(manager, name, settings.tables.get(name), installed)
        signers_of(manager)
    except ConfigurationError as exc:
        return ServerPlugin(name=name, brought_by=sources, enabled=True, problem=str(exc))
    [plugin] = manager.get_plugins()
    hooks = sorted(caller.name for caller in manager.get_hookcallers(plugin) or ())
    return ServerPlugin(name=name, brought_by=sources, enabled=True, hooks=tuple(hooks))


def _sources(name: str, installed: list[EntryPoint]) -> tuple[str, ...]:
    return tuple(sorted(source_of(entry) for entry in installed if entry.name == name))
