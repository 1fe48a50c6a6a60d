from __future__ import annotations

import signal
import socket
import tomllib
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from core.tests.cli.conftest import Install, Run, Start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_one_provider_with_its_connection_until_a_signal(start: Start, number: signal.Signals) -> None:
    with start("simulate", "fake", "--port", "0") as process:
        lines = [process.stdout.readline() for _ in range(6)]
        settings = tomllib.loads("".join(lines))["connections"]["fake"]
        url = settings["api_url"]
        headers = {"Authorization": "Bearer fakesim-good-ada"}
        answer = httpx.get(f"{url}/me", headers=headers, trust_env=False, timeout=30)
        page = httpx.get(f"{url}/", headers={"Accept": "application/json"}, trust_env=False, timeout=30)
        process.send(number)
        code, out, _ = process.end()

    assert lines[0] == f"# fake, simulated by accredit-fake 1.2. Tokens, people and faults: {url}/\n"
    assert settings == {"app_id": "123", "app_secret": "sim-fake-secret", "api_url": url}
    assert answer.json()["name"] == "Ada Lovelace"
    assert page.json()["connection"] == settings
    assert (code, out) == (0, "")


def test_an_unknown_name_is_answered_with_the_installed_ones(run: Run, site: Path, install: Install) -> None:
    install(site)

    result = run("simulate", "fakebook")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "accredit: no simulator is called 'fakebook'; installed: fake\n"


def test_the_name_of_a_published_strategy_is_answered_with_its_plugin(run: Run, site: Path, install: Install) -> None:
    install(site)

    result = run("simulate", "kakao", "--port", "0")

    assert result.exit_code == 2
    assert result.stderr == "accredit: no simulator is called 'kakao'; installed: fake; accredit-kakao brings it\n"


def test_with_nothing_installed_it_says_what_to_install(run: Run, install: Install) -> None:
    install(None)

    result = run("simulate", "fake")

    assert result.exit_code == 2
    assert "installed: none; install a plugin, such as accredit-facebook" in result.stderr


def test_a_port_that_is_taken_is_told_in_a_sentence(run: Run, site: Path, install: Install) -> None:
    install(site)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("simulate", "fake", "--port", str(port))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"accredit: cannot listen on 127.0.0.1 port {port}: ")


def test_help_says_when_to_use_it_and_shows_an_example(run: Run) -> None:
    result = run("simulate", "--help")

    assert result.exit_code == 0
    assert "Use it" in result.stdout
    assert "Example:\n    accredit simulate" in result.stdout
