"""Our plugins have one shape: who knows one finds the way in all others."""

import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from accredit.cli.commands.new_strategy import Kind
from accredit.cli.tools.scaffold import Names, read_templates
from accredit.plugins.published import published

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))

SHAPE = {"__init__", "settings", "strategy", "answers", "refusals", "normalize", "simulator"}
MORE = {
    "apple": {"notices"},
    "facebook": {"notices"},
    "github": {"notices"},
    "google-oauth2": {"notices"},
    "kakao": {"notices"},
    "microsoft": {"tenants"},
    "naver": {"notices"},
    "oidc": {"client_auth"},
    "twitter": {"signing"},
}
"""What one plugin has beyond: Apple, Facebook, GitHub, Google, Kakao and Naver send notices; Microsoft has an issuer
for each tenant; OpenID providers know us by a secret or by a key; X wants signed calls, by OAuth 1.0a."""
SIMULATOR = {"__init__", "answers", "tokens"}
"""What every simulator has; beside it stands what its provider is made of."""
TESTS = {"test_access_token", "test_conformance", "test_normalize", "test_refusals", "test_settings", "test_simulator"}


def module(plugin: str) -> str:
    return f"accredit_{plugin.replace('-', '_')}"


def names_in(folder: Path) -> set[str]:
    """Return the names of modules and packages."""
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def test_there_are_plugins() -> None:
    assert len(PLUGINS) >= 4


def test_the_command_line_and_the_readme_name_them_all() -> None:
    assert list(published()) == PLUGINS
    readme = (ROOT / "README.md").read_text("utf-8").partition("a distribution of its own: ")[2].partition(".\n")[0]
    assert re.findall(r"`(.+?)`", readme) == [f"accredit-{name}" for name in PLUGINS]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_has_the_shape_of_all(plugin: str) -> None:
    assert names_in(ROOT / "plugins" / plugin / "src" / module(plugin)) == SHAPE | MORE.get(plugin, set())


ASKING = {"answers", "refusals"}
NEW = {
    Kind.ACCESS_TOKEN: SHAPE,
    Kind.ID_TOKEN: SHAPE - ASKING,
    Kind.OIDC: SHAPE | {"discovery", "exchange"},
    Kind.CODE: SHAPE | {"exchange"},
    Kind.SIGNED_PAYLOAD: SHAPE - ASKING | {"signed"},
}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_plugin_has_the_same_shape_but_for_what_it_never_asks(kind: Kind) -> None:
    made = [path.parts for path in read_templates(kind, Names("acme")) if path.suffix == ".py"]
    assert {parts[2].removesuffix(".py") for parts in made if parts[0] == "src"} == NEW[kind]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_simulator_has_the_parts_of_all(plugin: str) -> None:
    assert names_in(ROOT / "plugins" / plugin / "src" / module(plugin) / "simulator") >= SIMULATOR


@pytest.mark.parametrize("plugin", PLUGINS)
def test_what_all_plugins_have_is_tested_in_files_of_one_name(plugin: str) -> None:
    assert names_in(ROOT / "plugins" / plugin / "tests") >= TESTS


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_brings_one_strategy_and_one_simulator_under_the_strategys_name(plugin: str) -> None:
    (entry,) = entry_points(group="accredit.strategies", name=plugin)
    brought = entry.load()
    assert brought is import_module(module(plugin))
    (strategy,), (simulator,) = tuple(brought.strategies()), tuple(brought.simulators())
    assert strategy.name == simulator.strategy == plugin
    assert sorted(brought.__all__) == sorted([strategy.__name__, strategy.settings_type.__name__])


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_simulator_is_imported_only_when_it_is_asked_for(plugin: str) -> None:
    code = f"import sys, {module(plugin)}; sys.exit('{module(plugin)}.simulator' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_mapping_of_a_profile_has_one_name(plugin: str) -> None:
    assert callable(import_module(f"{module(plugin)}.normalize").to_profile)
