from __future__ import annotations

import json
import shlex
import signal
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from accredit.cli.commands.dev import curl, first_login
from accredit.sandbox.sandbox import Provider
from accredit.testing import Sample

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
def test_it_prints_an_address_and_a_login_and_then_only_events_until_a_signal(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    with start("dev", "--port", "0", env={"TMPDIR": str(temporary)}) as process:
        head, login = process.stderr.readline(), process.stderr.readline()
        answer = post(login)
        event = json.loads(process.stdout.readline())
        process.send(number)
        code, out, err = process.end()

    url = str(answer.url).removesuffix("oauth/access_token")
    assert head == f"Open {url} in a browser, or paste a login (Ctrl-C stops):\n"
    assert (answer.status_code, event["subject"]) == (200, "fake|1000000000000001")
    assert (code, out) == (0, "")
    assert err.startswith("loaded: ")
    assert list(temporary.iterdir()) == []


def test_at_its_address_are_pages_that_show_what_became_of_a_login_from_elsewhere(start: Start) -> None:
    with start("dev", "--port", "0") as process:
        url = process.stderr.readline().split()[1]
        post(process.stderr.readline())
        first, login = (httpx.get(f"{url}{path}", trust_env=False) for path in ("", "playground/runs/1"))
        process.send(signal.SIGTERM)
        code, _, _ = process.end()

    assert (first.status_code, login.status_code, code) == (200, 200, 0)
    assert "The quiz app sends Ada&#x27;s token to your server" in first.text
    assert "/oauth/access_token" in first.text.partition("Latest requests")[2]
    assert "Ada Lovelace" in login.text


def test_verbose_prints_a_login_of_each_connection_and_one_of_each_kind_of_refusal(start: Start) -> None:
    with start("dev", "--port", "0", "--verbose") as process:
        lines = [process.stderr.readline()]
        while not lines[-1].startswith("Open "):
            lines.append(process.stderr.readline())
            assert lines[-1]
        told = {lines[at]: line for at, line in enumerate(lines[1:]) if line.startswith("curl")}
        accepted = post(told["# accepted: about good-ada\n"])
        refused = post(told["# refused, wrong_audience: about foreign-ada\n"])
        reasons = [json.loads(process.stdout.readline())["reason"] for _ in range(2)]
        process.send(signal.SIGTERM)
        process.end()

    assert "fake (accredit-fake 1.2, simulated on http://127.0.0.1:" in lines[0]
    assert (accepted.status_code, refused.status_code) == (200, 401)
    assert reasons == ["ok", "wrong_audience"]


def test_the_line_sends_what_is_needed_and_no_placeholder(run: Run, site: Path, install: Install) -> None:
    fake = install(site)

    assert curl("http://127.0.0.1:8000", "fake", fake.sample("good-ada", "accepted")) == (
        "curl --request POST --url http://127.0.0.1:8000/oauth/access_token"
        " --header 'Content-Type: application/json'"
        """ --data '{"client_id": "sample-app", "access_token": "fakesim-good-ada", "connection": "fake","""
        """ "scope": "openid profile email offline_access"}'"""
    )


def sandbox_of(**parameters: dict[str, str]) -> Any:
    def provider(name: str, given: dict[str, str]) -> Provider:
        good = Sample(name="good", about="good", parameters=given, expected="accepted")
        nobody: Any = None
        url = "http://127.0.0.1:1"
        return Provider(name=name, source=name, url=url, samples=(good,), simulator=nobody, switches=nobody)

    providers = tuple(provider(name, given) for name, given in parameters.items())
    return SimpleNamespace(url="http://127.0.0.1:8000", providers=providers)


def test_the_login_to_paste_is_the_shortest_that_can_be_pasted_twice() -> None:
    jwt, code, token = {"access_token": "long" * 50}, {"code": "c"}, {"access_token": "short"}

    assert '"short"' in first_login(sandbox_of(a=jwt, b=code, c=token))
    assert '"longlong' in first_login(sandbox_of(a=code, b=jwt))
    assert '"c"' in first_login(sandbox_of(a=code))


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
