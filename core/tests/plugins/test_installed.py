"""Strategies that come from installed distributions, found by real metadata in a folder on `sys.path`."""

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest
from core.tests.conftest import Install
from core.tests.strategies import STRATEGY, Acme, Brings

from accredit import Exchange, Settings
from accredit._distributions import source_of
from accredit.errors import PluginError
from accredit.plugins import Connection, installed_entry_points, load_connections, make_plugin_manager
from accredit.plugins.registry import source_of_object
from accredit.storage import MemoryStorage

TABLE = {"app_id": "1"}


def load(*names: str, **tables: dict[str, object]) -> Mapping[str, Connection]:
    return load_connections({**dict.fromkeys(names, TABLE), **tables}, make_plugin_manager())[0]


def refusal(*names: str) -> str:
    with pytest.raises(PluginError) as refused:
        load(*names)
    return str(refused.value)


def test_an_installed_strategy_serves_the_connection_of_its_name(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    connection = load("zeta")["zeta"]
    assert (connection.name, connection.strategy.name) == ("zeta", "zeta")
    assert connection.accepted == {"1"}
    assert connection.settings.strategy == "zeta"
    assert connection.source == "accredit-zeta 1.2 (zeta_module)"


def test_two_connections_share_one_plugin_and_keep_their_own_settings(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    both = load(zeta={"app_id": "1"}, game={"strategy": "zeta", "app_id": "2", "namespace": "game"})
    assert [(one.name, one.strategy.name, one.accepted) for one in both.values()] == [
        ("zeta", "zeta", frozenset({"1"})),
        ("game", "zeta", frozenset({"2"})),
    ]
    assert both["zeta"].strategy is not both["game"].strategy


def test_a_strategy_of_ours_that_is_not_installed_is_told_with_its_distribution_and_nothing_near() -> None:
    installed = [EntryPoint("lines", "lines_module", "accredit.strategies")]
    with pytest.raises(PluginError) as refused:
        load_connections({"line": TABLE}, make_plugin_manager(), installed)
    told = "no installed distribution brings strategy 'line' (installed: lines); accredit-line brings it"
    assert str(refused.value) == f"setting connections.line: {told}"


def test_one_module_may_bring_several_strategies(install: Install) -> None:
    source = STRATEGY.replace("return [Zeta]", 'return [Zeta, type("Eta", (Zeta,), {"name": "eta"})]')
    install("accredit-zeta", "1.2", {"zeta": "zeta_module", "eta": "zeta_module"}, zeta_module=source)
    assert {name: one.strategy.name for name, one in load("zeta", "eta").items()} == {"zeta": "zeta", "eta": "eta"}


def test_a_strategy_nobody_installed_is_named_beside_those_that_are(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    message = refusal("omega")
    assert message.startswith(
        "setting connections.omega: no installed distribution brings strategy 'omega' (installed: "
    )
    assert "zeta" in message


def test_without_any_plugin_the_refusal_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: EntryPoints())
    told = "setting connections.omega: no installed distribution brings strategy 'omega' (installed: none)"
    assert refusal("omega") == told


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (
            {"zetta": {"app_id": "1"}},  # as ACCREDIT_CONNECTIONS__ZETTA__APP_ID makes it
            "setting connections.zetta: no installed distribution brings strategy 'zetta' (installed: zeta); "
            "did you mean zeta?",
        ),
        (
            {"our-game": {"strategy": "zeta", "app_id": "1"}, "our-gme": {"app_id": "2"}},
            "setting connections.our-gme: no installed distribution brings strategy 'our-gme' (installed: zeta); "
            "did you mean our-game?",
        ),
        (
            {"our-game": {"strategy": "zetta", "app_id": "1"}},
            "setting connections.our-game: no installed distribution brings strategy 'zetta' (installed: zeta); "
            "did you mean zeta?",
        ),
        (
            {"our-game": {"strategy": "our-gme", "app_id": "1"}},
            "setting connections.our-game: no installed distribution brings strategy 'our-gme' (installed: zeta)",
        ),
    ],
)
def test_a_slip_in_a_connections_name_is_told_with_its_place_and_the_nearest_one(
    install: Install, monkeypatch: pytest.MonkeyPatch, tables: dict[str, Any], told: str
) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    zeta = EntryPoints(installed_entry_points("zeta"))
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: zeta)
    with pytest.raises(PluginError) as refused:
        load_connections(tables, make_plugin_manager())
    assert str(refused.value) == told


def test_a_start_looks_up_once_what_is_installed(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    found, asked = EntryPoints(installed_entry_points()), []

    def entry_points(*, group: str) -> EntryPoints:
        asked.append(group)
        return found

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    tables = {"zeta": {"app_id": "1"}, "game": {"strategy": "zeta", "app_id": "2", "namespace": "game"}}
    settings = Settings.model_validate({"issuer": "https://login.example.com/", "connections": tables})
    Exchange(settings, storage=MemoryStorage())
    assert asked == ["accredit.strategies"]


def test_two_distributions_with_one_strategy_are_both_named(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    install("better-zeta", "0.1", {"zeta": "other_zeta"}, other_zeta=STRATEGY)
    assert refusal("zeta") == (
        "strategy 'zeta' is brought by accredit-zeta 1.2 and better-zeta 0.1; uninstall all but one"
    )
    assert not {"zeta_module", "other_zeta"} & set(sys.modules)


def test_an_entry_point_counts_once_and_knows_its_distribution(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    assert [(entry.name, source_of(entry)) for entry in installed_entry_points("zeta")] == [
        ("zeta", "accredit-zeta 1.2")
    ]
    assert "zeta" in [entry.name for entry in installed_entry_points()]


def test_an_entry_point_of_nobody_is_called_that() -> None:
    assert source_of(EntryPoint("zeta", "zeta_module", "accredit.strategies")) == "an unnamed distribution"


def test_a_plugin_that_cannot_be_imported_is_named_with_version_entry_point_and_cause(install: Install) -> None:
    source = "def prepare():\n    raise ImportError('libzeta is missing')\nprepare()\n"
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=source)
    assert refusal("zeta") == (
        "accredit-zeta 1.2: entry point zeta = zeta_module cannot be loaded:"
        " ImportError in prepare (zeta_module.py:2): libzeta is missing"
    )


def test_a_plugin_that_exits_while_it_is_imported_is_named_too(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module="import sys\nsys.exit('no license')\n")
    assert refusal("zeta") == (
        "accredit-zeta 1.2: entry point zeta = zeta_module cannot be loaded:"
        " SystemExit in <module> (zeta_module.py:2): no license"
    )


@pytest.mark.parametrize(("value", "cause"), [("no_such_module", "ModuleNotFoundError"), ("zeta_module:x", "Attribu")])
def test_an_entry_point_that_leads_nowhere_is_refused(install: Install, value: str, cause: str) -> None:
    install("accredit-zeta", "1.2", {"zeta": value}, zeta_module=STRATEGY)
    message = refusal("zeta")
    assert message.startswith(f"accredit-zeta 1.2: entry point zeta = {value} cannot be loaded: {cause}")


def test_only_plugins_of_configured_strategies_are_loaded(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    install("accredit-broken", "9", {"broken": "broken_module"}, broken_module="raise RuntimeError('imported')")
    assert list(load("zeta")) == ["zeta"]
    assert "broken_module" not in sys.modules


@pytest.mark.parametrize("off", [False, "false", "False", "0", "no", "off", "n", "f", 0, 0.0])
def test_a_disabled_connection_loads_nothing_and_is_known_by_name(install: Install, off: object) -> None:
    install("accredit-broken", "9", {"broken": "broken_module"}, broken_module="raise RuntimeError('imported')")
    connections, disabled = load_connections({"broken": {"enabled": off}}, make_plugin_manager())
    assert connections == {}
    assert disabled == {"broken"}
    assert "broken_module" not in sys.modules


@pytest.mark.parametrize("on", [True, "true", "1", "yes", "on", "y", "t", 1])
def test_an_enabled_connection_is_loaded(install: Install, on: object) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    assert load(zeta={"app_id": "1", "enabled": on})["zeta"].settings.enabled


def test_a_plugin_without_the_strategy_of_its_entry_point_is_refused(install: Install) -> None:
    source = STRATEGY.replace('name = "zeta"', 'name = "eta"')
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=source)
    assert refusal("zeta") == "accredit-zeta 1.2: its plugin does not yield a Strategy named 'zeta'"


def test_two_plugins_that_yield_one_strategy_are_both_named(install: Install) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    install("accredit-eta", "3", {"eta": "eta_module"}, eta_module=STRATEGY)
    assert refusal("zeta", "eta") == (
        "strategy 'zeta' is brought by accredit-zeta 1.2 (zeta_module) and accredit-eta 3 (eta_module); keep one"
    )


def test_a_plugin_object_that_clashes_with_an_installed_strategy_is_refused(install: Install) -> None:
    install("accredit-acme", "1.2", {"acme": "acme_module"}, acme_module="raise RuntimeError('imported')")
    plugin = Brings(Acme)
    with pytest.raises(PluginError) as refused:
        load_connections({"acme": TABLE}, make_plugin_manager([plugin]))
    sources = f"{source_of_object(plugin)} and accredit-acme 1.2"
    assert str(refused.value) == f"strategy 'acme' is brought by {sources}; keep one"
    assert load_connections({}, make_plugin_manager([plugin])) == ({}, frozenset())


def test_a_hook_error_in_an_installed_plugin_names_its_distribution(install: Install) -> None:
    source = "from accredit.hookspecs import hookimpl\n@hookimpl\ndef strategy():\n    return []\n"
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=source)
    message = refusal("zeta")
    assert message.startswith("accredit-zeta 1.2 (zeta_module): ")
    assert "strategy" in message
