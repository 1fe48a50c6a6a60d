from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from core.tests.cli.conftest import AddDistribution, Install, Run

SECRET = "do-not-print-me"
GOOD = f"""
issuer = "https://login.example.com/"
[connections.fake]
app_id = "{SECRET}"
app_secret = "{SECRET}"
[connections.fake-game]
strategy = "fake"
app_id = "1"
app_secret = "{SECRET}"
api_url = "https://game.fake.example/v2"
"""


@pytest.fixture(autouse=True)
def _installed(site: Path, install: Install) -> None:
    install(site)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "accredit.toml"


def inventory(run: Run, *arguments: str, env: dict[str, str] | None = None) -> Any:
    result = run("connections", "--json", *arguments, env=env)
    assert result.exit_code == 0
    assert SECRET not in result.output
    return json.loads(result.stdout)


def test_an_installed_strategy_is_listed_with_what_a_connection_would_have_to_set(run: Run) -> None:
    found = inventory(run)

    assert found["strategies"] == [
        {
            "strategy": "fake",
            "distribution": "accredit-fake",
            "version": "1.2",
            "hosts": ["api.fake.example"],
            "missing": ["app_id", "app_secret"],
            "connections": [],
            "problem": None,
            "traits": [],
            "accepts": ["access_token", "id_token"],
        }
    ]
    assert found["problem"] == (
        "setting issuer: Field required (no file was read: pass --config FILE or set ACCREDIT_CONFIG)"
    )


def test_a_strategy_is_listed_with_its_traits(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin: Any = importlib.import_module("accredit_fake")
    monkeypatch.setattr(plugin.FakeStrategy, "traits", frozenset({"unbound", "hs256"}))

    assert inventory(run)["strategies"][0]["traits"] == ["hs256", "unbound"]
    assert "fake (hs256, unbound)" in run("connections").stdout


def test_each_connection_names_its_own_hosts(run: Run, config: Path) -> None:
    config.write_text(GOOD, "utf-8")

    found = inventory(run, "--config", str(config))

    assert found["problem"] is None
    assert found["strategies"][0]["connections"] == [
        {"name": "fake", "enabled": True, "hosts": ["api.fake.example"], "missing": [], "problem": None},
        {"name": "fake-game", "enabled": True, "hosts": ["game.fake.example"], "missing": [], "problem": None},
    ]


def test_the_file_may_be_named_by_the_environment(run: Run, config: Path) -> None:
    config.write_text(GOOD, "utf-8")

    found = inventory(run, env={"ACCREDIT_CONFIG": str(config)})

    assert [one["name"] for one in found["strategies"][0]["connections"]] == ["fake", "fake-game"]


def test_a_missing_setting_is_named_also_where_the_file_as_a_whole_is_not_good(run: Run, config: Path) -> None:
    config.write_text(f'[connections.fake]\napp_secret = "{SECRET}"\n', "utf-8")

    found = inventory(run, "--config", str(config))

    assert found["problem"] == "setting issuer: Field required"
    assert found["strategies"][0]["connections"] == [
        {
            "name": "fake",
            "enabled": True,
            "hosts": [],
            "missing": ["app_id"],
            "problem": "connection 'fake': setting app_id: Field required",
        }
    ]


def test_a_setting_from_the_environment_is_not_missing_even_then(run: Run, config: Path) -> None:
    config.write_text('[connections.fake]\napp_id = "1"\n', "utf-8")

    found = inventory(run, "--config", str(config), env={"ACCREDIT_CONNECTIONS__FAKE__APP_SECRET": SECRET})

    assert found["problem"] == "setting issuer: Field required"
    assert found["strategies"][0]["connections"][0]["missing"] == []
    assert found["strategies"][0]["connections"][0]["problem"] is None


def test_a_wrong_setting_is_named_and_not_shown(run: Run, config: Path) -> None:
    config.write_text(GOOD.replace('app_id = "1"', f'app_id = "1"\nap_url = "{SECRET}"'), "utf-8")

    found = inventory(run, "--config", str(config))

    assert found["strategies"][0]["connections"][1]["problem"] == (
        "connection 'fake-game': setting ap_url: there is no such setting; did you mean api_url?"
    )


def test_a_connection_that_is_off_is_marked_and_no_problem(run: Run, config: Path) -> None:
    config.write_text('issuer = "https://login.example.com/"\n[connections.fake]\nenabled = false\n', "utf-8")

    connection = inventory(run, "--config", str(config))["strategies"][0]["connections"][0]
    table = run("connections", "--config", str(config))

    assert (connection["enabled"], connection["problem"]) == (False, None)
    assert "fake (off)" in table.stdout
    assert "To change" not in table.stdout


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("= =", "is not valid TOML"),
        ("connections = 3", "setting connections"),
        ("[connections]\nfake = 3", "setting connections.fake"),
        ("\xff", "is not valid TOML"),
    ],
)
def test_a_broken_file_still_gets_an_answer(run: Run, config: Path, text: str, problem: str) -> None:
    config.write_text(text, "latin-1")

    found = inventory(run, "--config", str(config))

    assert problem in found["problem"]
    assert [one["strategy"] for one in found["strategies"]] == ["fake"]


def test_a_file_that_is_not_there_still_gets_an_answer(run: Run, config: Path) -> None:
    found = inventory(run, "--config", str(config), env={"ACCREDIT_CONNECTIONS__FAKE": "no table"})

    assert found["problem"] == f"cannot read {config}: No such file or directory"
    assert [one["strategy"] for one in found["strategies"]] == ["fake"]


def test_a_connection_whose_strategy_is_not_installed_says_so(run: Run, config: Path) -> None:
    config.write_text('issuer = "https://login.example.com/"\n[connections.nowhere]\n', "utf-8")

    found = inventory(run, "--config", str(config))
    table = run("connections", "--config", str(config))

    assert [one["strategy"] for one in found["strategies"]] == ["fake", "nowhere"]
    assert found["strategies"][1]["distribution"] is None
    assert found["strategies"][1]["problem"] == (
        "no installed distribution brings strategy 'nowhere' (installed: fake)"
    )
    assert "not installed" in table.stdout
    assert table.stdout.count("To change:") == 1


def test_one_broken_plugin_does_not_hide_the_others(run: Run, site: Path, add_distribution: AddDistribution) -> None:
    add_distribution(site, "accredit-broken", "0.1", {"broken": "accredit_broken"})
    add_distribution(site, "accredit-raising", "0.1", {"raising": "accredit_raising"})
    add_distribution(site, "accredit-other", "0.1", {"other": "accredit_fake"})
    hook = "from accredit import hookimpl\n@hookimpl\ndef strategies(): raise RuntimeError\n"
    (site / "accredit_raising.py").write_text(hook, "utf-8")

    found = {one["strategy"]: one for one in inventory(run)["strategies"]}

    assert list(found) == ["broken", "fake", "other", "raising"]
    assert found["fake"]["problem"] is None
    assert found["broken"]["problem"].startswith("accredit-broken 0.1: entry point broken = accredit_broken")
    assert found["other"]["problem"] == "accredit-other 0.1: its plugin does not yield a Strategy named 'other'"
    assert found["raising"]["problem"] == (
        "accredit-raising 0.1 (accredit_raising): hook strategies failed: RuntimeError in strategies"
        " (accredit_raising.py:3)"
    )


def test_the_table_shows_who_brings_what_and_no_values(run: Run, config: Path) -> None:
    config.write_text(GOOD, "utf-8")

    result = run("connections", "--config", str(config))
    rows = [line.split() for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert ["fake", "accredit-fake", "1.2", "fake", "api.fake.example", "-"] in rows
    assert ["fake", "accredit-fake", "1.2", "fake-game", "game.fake.example", "-"] in rows
    assert SECRET not in result.output
    assert "\x1b" not in result.output


def test_a_strategy_without_connection_is_a_row_too(run: Run) -> None:
    rows = [line.split() for line in run("connections").stdout.splitlines()]

    assert ["fake", "accredit-fake", "1.2", "-", "api.fake.example", "app_id,", "app_secret"] in rows


def test_without_a_file_nothing_is_wrong(run: Run) -> None:
    said = run("connections")

    assert said.exit_code == 0
    assert "To change" not in said.stdout
    assert "No settings were read: pass --config FILE or set ACCREDIT_CONFIG" in " ".join(said.stdout.split())


def test_with_a_file_what_is_wrong_with_it_is_told(run: Run, config: Path) -> None:
    config.write_text("[server]\n", "utf-8")

    said = run("connections", "--config", str(config)).stdout
    assert "To change: setting issuer: Field required" in " ".join(said.split())
    assert "No settings were read" not in said


def test_where_nothing_is_installed_it_says_what_to_install(run: Run, install: Install) -> None:
    install(None)

    result = run("connections")

    assert result.exit_code == 0
    assert "pip install accredit-facebook" in result.stdout


def test_a_distribution_whose_metadata_is_no_text_is_listed_all_the_same(run: Run, site: Path) -> None:
    metadata = site / "accredit_fake-1.2.dist-info" / "METADATA"
    metadata.write_bytes(b"Metadata-Version: 2.1\nName: \xff\nVersion: 1.2\n")
    [fake] = inventory(run)["strategies"]

    assert (fake["strategy"], fake["distribution"], fake["version"]) == ("fake", "unreadable metadata", None)
    assert fake["problem"] is None
    assert "unreadable metadata" in run("connections").stdout
