"""The command is run: by a real shell, and by a real curl where there is one."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import hypothesis
import pytest
from core.tests.playground.snippets.requests import FIELDS, HOSTILE, URL, made

from accredit.playground.snippets.curl import curl
from accredit.playground.snippets.request import Request

SHELL = shutil.which("sh") or "sh"


@dataclass
class Received:
    """What came of a command."""

    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def fields(self) -> dict[str, str]:
        if self.headers["content-type"] == "application/json":
            return dict(json.loads(self.body))
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict"))


def words_of(command: str) -> list[str]:
    """Return what a shell hands over to curl, of which there need be none."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    printed = subprocess.run([SHELL, "-c", script], capture_output=True, check=True).stdout  # noqa: S603 - a snippet
    return printed.decode().split("\0")[:-1]


def understood(command: str) -> Received:
    """Return what curl would send, by its manual."""
    words = iter(words_of(command))
    received, parts = Received(), []
    for option in words:
        value = next(words)
        match option:
            case "--request":
                received.method = value
            case "--url":
                received.path = value.removeprefix("http://127.0.0.1:8000")
            case "--header":
                name, _, content = value.partition(": ")
                received.headers[name.lower()] = content
            case "--data":
                assert not value.startswith("@")
                parts.append(value.encode())
            case _:
                raise AssertionError(option)
    received.body = b"&".join(parts)
    return received


@contextmanager
def listening() -> Iterator[tuple[str, Received]]:
    """Run a server that takes one request."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do(self) -> None:
            received.method, received.path = self.command, self.path
            received.headers = {name.lower(): value for name, value in self.headers.items()}
            received.body = self.rfile.read(int(self.headers.get("content-length", "0")))
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST = do_PUT = do_DELETE = do  # noqa: N815 - the names that http.server looks for

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        thread.join()


def run(request: Request) -> Received:
    """Send it by curl; by its manual where it is not on this machine."""
    command = curl(request)
    if shutil.which("curl") is None:
        return understood(command)
    with listening() as (url, received):
        here = command.replace("http://127.0.0.1:8000", url)
        environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent"}
        subprocess.run([SHELL, "-c", here], env=environment, check=True, capture_output=True, timeout=30)  # noqa: S603 - a snippet
    return received


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "form"])
@hypothesis.given(fields=FIELDS)
def test_the_shell_hands_over_exactly_what_was_sent(is_json: bool, fields: dict[str, str]) -> None:
    received = understood(curl(made(fields=fields, is_json=is_json)))

    assert received.fields == fields


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "form"])
def test_curl_sends_the_same_request(is_json: bool) -> None:
    fields = {"client_id": "sample-app", "access_token": HOSTILE, "empty": ""}
    received = run(made(fields=fields, is_json=is_json))

    assert (received.method, received.path) == ("POST", "/oauth/token")
    assert received.fields == fields


def test_curl_sends_a_header_and_no_body() -> None:
    received = run(made("GET", "http://127.0.0.1:8000/userinfo{1}", authorization="Bearer a'b\"$c"))

    assert (received.method, received.path, received.body) == ("GET", "/userinfo%7B1%7D", b"")
    assert received.headers["authorization"] == "Bearer a'b\"$c"
    assert "content-type" not in received.headers


def test_nothing_in_a_command_is_run_or_cannot_be_seen() -> None:
    command = curl(made(fields={"device": f"{HOSTILE}'; echo owned; '$(echo owned)`echo owned`"}))

    assert len(words_of(command)) == 8
    assert all(line.isprintable() for line in command.split("\n"))


def test_it_reads_as_people_write_it() -> None:
    assert curl(made(fields={"client_id": "sample-app", "connection": "facebook"})) == (
        f"curl --request POST --url '{URL}' \\\n"
        "  --header 'Content-Type: application/json' \\\n"
        "  --data '{\n"
        '  "client_id": "sample-app",\n'
        '  "connection": "facebook"\n'
        "}'\n"
    )
