"""`accredit connections --available`: what there is, and what of it is here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from accredit.plugins.published import published

if TYPE_CHECKING:
    from core.tests.cli.conftest import AddDistribution, Install, Run

SECRET = "do-not-print-me"
CONFIG = f"""
issuer = "https://login.example.com/"
[connections.fake]
app_id = "1"
app_secret = "{SECRET}"
[connections.fake-game]
strategy = "fake"
enabled = false
[connections.weibo]
app_key = "2"
[connections.nowhere]
"""


@pytest.fixture(autouse=True)
def _installed(site: Path, install: Install) -> None:
    install(site)


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "accredit.toml"
    path.write_text(CONFIG, "utf-8")
    return str(path)


def available(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("connections", "--available", "--json", *arguments)
    assert result.exit_code == 0
    assert SECRET not in result.output
    return {one["strategy"]: one for one in json.loads(result.stdout)["available"]}


def row(text: str, strategy: str) -> str:
    return " ".join(next(line for line in text.splitlines() if line.startswith(f"{strategy} ")).split())


def test_every_strategy_of_ours_is_there_and_everybody_elses_that_is_installed(run: Run) -> None:
    assert list(available(run)) == sorted({*published(), "fake"})


def test_one_of_ours_is_told_as_the_table_has_it(run: Run) -> None:
    assert available(run)["weibo"] == {
        "strategy": "weibo",
        "distribution": "accredit-weibo",
        "accepts": ["access_token"],
        "installed": False,
        "version": None,
        "connections": [],
        "problem": None,
        "published": published()["weibo"],
    }


def test_somebody_elses_is_told_as_its_class_has_it(run: Run, config: str) -> None:
    assert available(run, "--config", config)["fake"] == {
        "strategy": "fake",
        "distribution": "accredit-fake",
        "accepts": ["access_token", "id_token"],
        "installed": True,
        "version": "1.2",
        "connections": ["fake", "fake-game"],
        "problem": None,
        "published": None,
    }


def test_what_is_configured_and_not_installed_is_told_where_it_exists(run: Run, config: str) -> None:
    found = available(run, "--config", config)
    assert (found["weibo"]["installed"], found["weibo"]["connections"]) == (False, ["weibo"])
    assert "nowhere" not in found


def test_one_of_ours_that_is_installed_and_broken_keeps_its_place(
    run: Run, site: Path, add_distribution: AddDistribution
) -> None:
    add_distribution(site, "accredit-weibo", "0.9", {"weibo": "no_such_module"})
    found = available(run)["weibo"]
    assert (found["version"], found["accepts"]) == ("0.9", ["access_token"])
    assert "entry point weibo = no_such_module cannot be loaded" in found["problem"]
    assert f"Warning: it is installed, but broken: {found['problem']}" in run("connections", "--available").stdout


def test_the_table_says_what_is_here(run: Run, config: str) -> None:
    text = run("connections", "--available", "--config", config).stdout
    assert row(text, "fake") == (
        "fake accredit-fake access token, ID token installed (1.2), configured as fake, fake-game"
    )
    assert row(text, "weibo") == "weibo accredit-weibo access token not installed, configured as weibo"
    assert row(text, "tiktok") == "tiktok accredit-tiktok code not installed"
    assert "To change:" not in text


def test_without_a_file_the_table_blames_nothing(run: Run) -> None:
    text = run("connections", "--available").stdout
    assert row(text, "fake") == "fake accredit-fake access token, ID token installed (1.2)"
    assert "To change:" not in text


def test_a_broken_file_is_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "accredit.toml"
    path.write_text("issuer = 1\n", "utf-8")
    assert "To change: setting issuer" in run("connections", "--available", "--config", str(path)).stdout
