from __future__ import annotations

import json
import shlex
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from core.tests.cli.conftest import Install, Run, Start


def post(command_line: str) -> httpx.Response:
    """Do what the printed command line does."""
    words = shlex.split(command_line)
    assert words[:3] == ["curl", "--request", "POST"]
    options = list(zip(words[1::2], words[2::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "--header")
    values = dict(options)
    return httpx.post(values["--url"], headers=headers, content=values["--data"], trust_env=False, timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_printed_lines_work_until_a_signal_and_nothing_is_left_behind(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    with start("dev", "--port", "0", env={"TMPDIR": str(temporary)}) as process:
        lines: list[str] = []
        while not lines or "Ctrl-C stops" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        told = {lines[at]: line for at, line in enumerate(lines[1:]) if line.startswith("curl")}
        accepted = post(told["# accepted: about good-ada\n"])
        accepted_event = json.loads(process.stdout.readline())
        refused = post(told["# refused, wrong_audience: about foreign-ada\n"])
        refused_event = json.loads(process.stdout.readline())
        process.send(number)
        code, _, _ = process.end()

    assert (accepted.status_code, accepted_event["subject"]) == (200, "fake|1000000000000001")
    assert (refused.status_code, refused_event["reason"]) == (401, "wrong_audience")
    assert code == 0
    assert list(temporary.iterdir()) == []


def test_the_line_sends_what_is_needed_and_no_placeholder(run: Run, site: Path, install: Install) -> None:
    fake = install(site)
    from accredit.cli.commands.dev import curl

    assert curl("http://127.0.0.1:8000", "fake", fake.sample("good-ada", "accepted")) == (
        "curl --request POST --url http://127.0.0.1:8000/oauth/access_token"
        " --header 'Content-Type: application/json'"
        """ --data '{"client_id": "sample-app", "access_token": "fakesim-good-ada", "connection": "fake","""
        """ "scope": "openid profile email offline_access"}'"""
    )


def test_a_port_that_is_taken_is_told_in_a_sentence(run: Run, site: Path, install: Install) -> None:
    install(site)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("dev", "--port", str(port))

    assert result.exit_code == 2
    assert result.stderr == (
        f"accredit: cannot listen on 127.0.0.1 port {port}: Address already in use; change --port\n"
    )


def test_with_nothing_installed_it_says_what_to_install_and_exits_1(run: Run, install: Install) -> None:
    install(None)

    result = run("dev")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "install at least one of these: accredit-apple accredit-" in result.stderr
    assert result.stderr.endswith(" accredit-weibo\n")
