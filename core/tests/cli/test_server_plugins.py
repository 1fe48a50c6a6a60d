"""Plugins for servers as operators see them: listed by `connections`, tried by `doctor`, heard by `subjects`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from accredit.storage import SqliteStorage

if TYPE_CHECKING:
    from core.tests.cli.conftest import AddDistribution, Install, Run

GROUP = "accredit.plugins"
SECRET = "do-not-print-me"
POLICY = """
from accredit import ConfigurationError, hookimpl

class Policy:
    def __init__(self, settings):
        if "api_key" not in settings:
            raise ConfigurationError("setting api_key is missing")

    @hookimpl
    async def authorize(self, login): ...

    @hookimpl
    async def unlink_identity(self, namespace, user_id, subject):
        print(f"unlinked {namespace} {user_id}")

    @hookimpl
    def observe(self, event):
        print(f"heard {event.name}")
"""
TOLD = f'[plugins.acme-policy]\napi_key = "{SECRET}"\n'


@pytest.fixture(autouse=True)
def _installed(site: Path, install: Install, add_distribution: AddDistribution) -> None:
    add_distribution(site, "acme-policy", "3.1", {"acme-policy": "acme_policy:Policy"}, group=GROUP)
    (site / "acme_policy.py").write_text(POLICY, "utf-8")
    install(site)


def configured(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "accredit.toml"
    head = ['issuer = "https://login.example.com/"', f'storage.url = "sqlite:///{tmp_path / "accredit.db"}"']
    path.write_text("\n".join([*head, *lines]), "utf-8")
    path.chmod(0o600)
    return str(path)


def listed(run: Run, config: str) -> Any:
    result = run("connections", "--json", "--config", config)
    assert result.exit_code == 0
    assert SECRET not in result.output
    return json.loads(result.stdout)["plugins"]


def examined(run: Run, config: str) -> list[dict[str, Any]]:
    result = run("doctor", "--offline", "--json", "--config", config)
    assert SECRET not in result.output
    return [one for one in json.loads(result.stdout)["findings"] if one["about"] == "acme-policy"]


OFF = {"name": "acme-policy", "brought_by": ["acme-policy 3.1"], "enabled": False, "hooks": [], "problem": None}


def test_a_plugin_that_is_only_installed_is_listed_as_off(run: Run, tmp_path: Path) -> None:
    assert listed(run, configured(tmp_path)) == [OFF]


def test_an_enabled_plugin_is_listed_with_its_hooks(run: Run, tmp_path: Path) -> None:
    config = configured(tmp_path, '[plugins]\nenabled = ["acme-policy"]', TOLD)
    hooks = ["authorize", "observe", "unlink_identity"]
    assert listed(run, config) == [{**OFF, "enabled": True, "hooks": hooks}]


def test_an_enabled_plugin_that_cannot_be_used_is_listed_with_its_problem(run: Run, tmp_path: Path) -> None:
    config = configured(tmp_path, '[plugins]\nenabled = ["acme-policy"]')
    assert listed(run, config) == [
        {**OFF, "enabled": True, "problem": "plugin 'acme-policy': setting api_key is missing"}
    ]


def test_an_enabled_plugin_that_is_not_installed_is_listed_too(run: Run, tmp_path: Path) -> None:
    config = configured(tmp_path, '[plugins]\nenabled = ["other"]')
    told = "setting plugins.enabled: no installed distribution brings plugin 'other' (installed: acme-policy)"
    assert listed(run, config) == [{**OFF, "name": "other", "brought_by": [], "enabled": True, "problem": told}, OFF]


def test_without_good_settings_nobody_can_tell_whether_a_plugin_is_on(run: Run, tmp_path: Path) -> None:
    assert listed(run, configured(tmp_path, "[plugins]\nenabeld = 1")) == [{**OFF, "enabled": None}]


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (("",), "acme-policy  acme-policy 3.1  off    -"),
        (('[plugins]\nenabled = ["acme-policy"]', TOLD), "acme-policy  acme-policy 3.1  on     authorize, observe"),
        (("[plugins]\nenabeld = 1",), "acme-policy  acme-policy 3.1  unknown  -"),
        (('[plugins]\nenabled = ["acme-policy"]',), "To change: plugin 'acme-policy': setting api_key is missing"),
    ],
)
def test_people_see_the_state_of_each_plugin(run: Run, tmp_path: Path, lines: tuple[str, ...], shown: str) -> None:
    result = run("connections", "--config", configured(tmp_path, *lines))
    assert result.exit_code == 0
    assert shown in result.stdout


def test_where_none_is_installed_nothing_is_said_of_plugins(
    run: Run, install: Install, tmp_path: Path, add_distribution: AddDistribution
) -> None:
    add_distribution(tmp_path / "other", "accredit-fake", "1.2", {"fake": "accredit_fake"})
    install(tmp_path / "other")
    assert "plugin" not in run("connections", "--config", configured(tmp_path)).stdout


@pytest.mark.parametrize(
    ("lines", "status", "what"),
    [
        ((), "ok", "acme-policy 3.1: installed, and not on: plugins.enabled does not name it"),
        (
            ('[plugins]\nenabled = ["acme-policy"]', TOLD),
            "ok",
            "acme-policy 3.1: on, and loads; its hooks: authorize, observe, unlink_identity",
        ),
        (('[plugins]\nenabled = ["acme-policy"]',), "fail", "plugin 'acme-policy': setting api_key is missing"),
    ],
)
def test_doctor_tries_what_is_on_and_names_what_is_off(
    run: Run, tmp_path: Path, lines: tuple[str, ...], status: str, what: str
) -> None:
    [found] = examined(run, configured(tmp_path, *lines))
    assert (found["status"], found["check"], found["what"]) == (status, "plugin", what)
    assert (found["change"] is None) is (status == "ok")


def test_an_enabled_plugin_hears_what_the_command_line_changes(run: Run, tmp_path: Path) -> None:
    async def make() -> None:
        storage = SqliteStorage(str(tmp_path / "accredit.db"))
        await storage.open()
        await storage.create("fake", "1", "ada", now=1)
        await storage.close()

    asyncio.run(make())
    config = configured(tmp_path, '[plugins]\nenabled = ["acme-policy"]', TOLD)
    blocked = run("subjects", "block", "ada", "--config", config)
    unlinked = run("subjects", "unlink", "fake", "1", "--config", config)
    assert "heard subject.blocked" in blocked.stdout
    assert "unlinked fake 1" in unlinked.stdout
