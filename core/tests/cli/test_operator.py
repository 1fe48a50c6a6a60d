"""`accredit operator token`, and the page of a server that runs."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from core.tests.cli.test_serve import fake, post, provider
from core.tests.cli.test_workers import SERVE, STARTED, Server, kept_connections

from accredit.settings.operator import OperatorTokenHash, new_operator_token

if TYPE_CHECKING:
    from core.tests.cli.conftest import Run, Start

__all__ = ["fake", "provider"]

TOKEN = new_operator_token()
PAGE = {
    "ACCREDIT_OPERATOR__ENABLED": "true",
    "ACCREDIT_OPERATOR__PORT": "0",
    "ACCREDIT_OPERATOR__TOKEN_HASH": str(OperatorTokenHash.of(TOKEN)),
}


@contextmanager
def browser(said: str) -> Iterator[httpx.Client]:
    """A browser that has signed in."""
    [url] = re.findall(r"accredit: operator's page at (http://127\.0\.0\.1:\d+/)\n", said)
    with httpx.Client(base_url=url, trust_env=False, timeout=60, follow_redirects=True) as client:
        overview = client.post("/sign-in", data={"token": TOKEN})
        assert "Overview" in overview.text
        client.base_url = overview.url
        yield client


def test_a_token_goes_to_standard_output_alone_and_its_hash_to_who_reads(run: Run) -> None:
    result = run("operator", "token")
    token = result.stdout.strip()
    [line] = [line for line in result.stderr.splitlines() if line.startswith("token_hash")]
    assert result.exit_code == 0
    assert token not in result.stderr
    assert OperatorTokenHash.parse(line.partition('"')[2].rstrip('"')).matches(token)


@pytest.mark.slow
@pytest.mark.usefixtures("provider")
def test_a_server_shows_a_login_on_an_address_of_its_own(start: Start) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0", env=PAGE) as process:
        said = ""
        while "listening on" not in said:
            said += (line := process.stderr.readline())
            assert line, said
        [url] = re.findall(r"listening on (\S+),", said)
        assert post(url, "fakesim-good-ada", "openid offline_access").status_code == 200
        assert httpx.get(f"{url}/sign-in", trust_env=False).status_code == 404
        with browser(said) as client:
            shown = client.get("/").text
            assert shown.count("1 accepted") == 3
            assert "fake%7C" in shown
            [kid] = httpx.get(f"{url}/.well-known/jwks.json", trust_env=False).json()["keys"][:1]
            keys = client.get("/keys").text
            assert kid["kid"] in keys
            assert ("signs" in keys, "published, signs next" in keys) == (True, True)
        process.send(signal.SIGTERM)
        code, out, _ = process.end()
    assert code == 0
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["exchange.accepted", "operator.signed_in"]


@pytest.mark.slow
@pytest.mark.usefixtures("provider")
def test_without_a_token_or_an_address_it_does_not_start(start: Start) -> None:
    without = {name: value for name, value in PAGE.items() if "TOKEN" not in name}
    with start("serve", "--config", "accredit.toml", "--port", "0", env=without) as process:
        code, _, err = process.end()
    assert code == 2
    assert "needs token_hash" in err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = {"ACCREDIT_OPERATOR__PORT": str(taken.getsockname()[1])}
        with start("serve", "--config", "accredit.toml", "--port", "0", env={**PAGE, **port}) as process:
            code, _, err = process.end()
    assert code == 2
    assert "change operator.host or operator.port" in err


@pytest.mark.slow
def test_the_page_is_of_all_workers_and_comes_back_when_the_one_that_serves_it_is_killed(
    provider: Any, start: Start
) -> None:
    del provider
    with start(*SERVE, env=PAGE) as process:
        server = Server(process)
        with browser(server.said) as client:
            signed_in = json.loads(process.stdout.readline())
            assert (signed_in["event"], signed_in["worker"]) == ("operator.signed_in", 1)
            with kept_connections(server) as connections:
                logins = sum(map(len, connections.values()))
            shown = until(client, f"{logins} accepted")
            pids = [server.pid(1), server.pid(2)]
            assert all(f"<td>{pid}</td>" in shown for pid in pids)
            os.kill(pids[0], signal.SIGKILL)
            server.until(STARTED.format(1), times=2)
        with browser(server.said) as client:
            assert f"<td>{server.pid(2)}</td>" in until(client, f"<td>{server.pid(1)}</td>")
        process.send(signal.SIGTERM)
        code, _, _ = process.end()
    assert code == 0


def until(client: httpx.Client, part: str) -> str:
    """Load the overview until it shows something: other workers' numbers are a second old."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        shown = client.get("/").text
        if part in shown:
            return shown
        time.sleep(0.2)
    raise AssertionError(shown)
