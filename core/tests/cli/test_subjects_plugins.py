"""`accredit subjects` with plugins: they hear of what is done by hand, and may refuse it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from core.tests.cli.conftest import AddDistribution, Install, Run

from accredit.storage import SqliteStorage

PLUGIN = """
from accredit import AccessDenied, hookimpl

class Policy:
    @hookimpl
    async def unlink_identity(self, namespace, user_id, subject):
        {unlink}

    @hookimpl
    def observe(self, event):
        {observe}
"""
Plugged = Callable[..., str]


@pytest.fixture
def plugged(tmp_path: Path, site: Path, install: Install, add_distribution: AddDistribution) -> Plugged:
    """Enable a plugin that does what is given; returns the settings file."""

    def plugged(*, unlink: str = "pass", observe: str = "pass") -> str:
        async def make() -> None:
            storage = SqliteStorage(str(tmp_path / "accredit.db"))
            await storage.open()
            await storage.create("acme", "1", "ada", now=1)
            await storage.close()

        asyncio.run(make())
        add_distribution(site, "acme-policy", "3.1", {"acme-policy": "acme_policy:Policy"}, group="accredit.plugins")
        (site / "acme_policy.py").write_text(PLUGIN.format(unlink=unlink, observe=observe), "utf-8")
        install(site)
        config = tmp_path / "accredit.toml"
        config.write_text(
            f'issuer = "https://login.example.com/"\nstorage.url = "sqlite:///{tmp_path / "accredit.db"}"\n'
            '[plugins]\nenabled = ["acme-policy"]\n'
            '[connections.facebook]\napp_id = "not yet"\n',
            "utf-8",
        )
        return str(config)

    return plugged


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_its_observers_hear_of_each_change(run: Run, plugged: Plugged) -> None:
    config = plugged(observe="print('heard', type(event).__name__, event.subject)")
    heard = [
        run("subjects", *arguments, "--config", config).stdout.splitlines()[0]
        for arguments in (
            ("block", "ada"),
            ("unblock", "ada"),
            ("link", "globex", "7", "ada"),
            ("unlink", "globex", "7"),
        )
    ]
    assert heard == [
        "heard BlockedEvent ada",
        "heard UnblockedEvent ada",
        "heard LinkedEvent ada",
        "heard UnlinkedEvent ada",
    ]


def test_an_observer_that_fails_keeps_nobody_from_being_blocked(run: Run, plugged: Plugged) -> None:
    config = plugged(observe="raise ValueError('MARKED')")
    blocked = run("subjects", "block", "ada", "--config", config)
    assert (blocked.exit_code, blocked.stdout) == (0, "ada is blocked\n")
    assert [line["event"] for line in lines_of(blocked.stderr)] == ["subject.blocked", "observer.failed"]
    assert "MARKED" not in blocked.stderr
    assert run("subjects", "show", "ada", "--config", config).stdout.startswith("ada: blocked\n")


@pytest.mark.parametrize(
    ("unlink", "told"),
    [
        ("raise AccessDenied('it is the last login')", "accredit: a plugin refuses: it is the last login\n"),
        ("raise ValueError('MARKED')", "accredit: acme-policy 3.1 (acme-policy): ValueError in Policy.unlink_identity"),
    ],
)
def test_what_a_plugin_refuses_is_not_done(run: Run, plugged: Plugged, unlink: str, told: str) -> None:
    config = plugged(unlink=unlink)
    refused = run("subjects", "unlink", "acme", "1", "--config", config)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(told)
    assert "MARKED" not in refused.output
    assert lines_of(refused.stderr) == []
    assert run("subjects", "show", "ada", "--config", config).stdout == "ada: not blocked\n  acme 1\n"
