"""The wire without a framework: what `answer` says is what the ASGI app says."""

import json
from collections.abc import Callable, Mapping

import httpx
import pytest
from core.tests.bench import GOOD, URL, bench
from core.tests.sync.doors import Doorstep, Unopenable, adoorstep, doorstep

from accredit.sync import Answer

JSON = {"content-type": "application/json"}
ORIGIN = {"origin": "https://app.example.com"}


def asked(
    step: Doorstep, path: str, method: str = "POST", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answer:
    return step.exchange.answer(path, method=method, header=reader(headers or {}), body=lambda: body)


def reader(headers: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: headers.get(name, "")


def test_a_login_over_the_wire_gives_tokens() -> None:
    with doorstep() as step:
        answer = asked(step, URL, headers={**JSON, **ORIGIN}, body=json.dumps(dict(GOOD)).encode())
        assert answer.status == 200
        assert json.loads(answer.body)["token_type"] == "Bearer"
        assert answer.headers["access-control-allow-origin"] == "https://app.example.com"


CALLS = [
    ("POST", URL, {**JSON, **ORIGIN}, b'{"client_id": "app"}'),
    ("POST", URL, JSON, b"nonsense"),
    ("OPTIONS", URL, {**ORIGIN, "access-control-request-method": "POST"}, b""),
    ("GET", URL, {}, b""),
    ("PUT", "/oauth/token", {}, b""),
    ("POST", "/oauth/token", {"content-type": "application/x-www-form-urlencoded"}, b"grant_type=password"),
    ("GET", "/.well-known/jwks.json", {}, b""),
    ("GET", "/.well-known/openid-configuration", {}, b""),
    ("GET", "/.well-known/oauth-authorization-server", {}, b""),
    ("DELETE", "/.well-known/jwks.json", {}, b""),
    ("GET", "/userinfo", {}, b""),
    ("GET", "/readyz", {}, b""),
    ("GET", "/nowhere", {}, b""),
    ("POST", URL, JSON, b"x" * 65_537),
]


@pytest.mark.parametrize(("method", "path", "headers", "body"), CALLS)
async def test_every_answer_is_that_of_the_asgi_app(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    async with bench() as wire:
        theirs = await wire.client.request(method, path, headers=headers, content=body)
    async with adoorstep() as step:
        ours = await step.exchange.aanswer(path, method=method, header=reader(headers), body=lambda: body)
    assert (ours.status, ours.body) == (theirs.status_code, theirs.content)
    assert {**ours.headers} == _without_length(theirs)


def _without_length(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "content-length"}


def test_the_metadata_stand_at_the_root_of_the_host_too() -> None:
    with doorstep({"issuer": "https://shop.example.com/login/"}) as step:
        assert step.exchange.metadata_path == "/.well-known/oauth-authorization-server/login"
        answer = asked(step, step.exchange.metadata_path, "GET")
        assert json.loads(answer.body)["issuer"] == "https://shop.example.com/login/"


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    read: list[str] = []
    with doorstep() as step:

        def body() -> bytes:
            read.append("read")
            return b""

        headers = reader({**JSON, "content-length": "65537"})
        answer = step.exchange.answer(URL, method="POST", header=headers, body=body)
        assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_request")
        assert read == []


def test_a_client_that_leaves_while_its_body_is_read_is_an_abandoned_call() -> None:
    def body() -> bytes:
        raise ConnectionResetError

    with doorstep() as step:
        step.exchange.answer(URL, method="POST", header=reader(JSON), body=body)
        assert [getattr(event, "outcome", None) for event in step.heard] == ["abandoned"]


def test_an_error_of_the_frameworks_is_told_by_its_place_alone() -> None:
    def body() -> bytes:
        raise ValueError("SECRET")

    with doorstep() as step:
        answer = asked_with(step, body)
        assert (answer.status, json.loads(answer.body)["error"]) == (500, "server_error")
        assert "SECRET" not in repr(step.log.lines)


def asked_with(step: Doorstep, body: Callable[[], bytes]) -> Answer:
    return step.exchange.answer(URL, method="POST", header=reader(JSON), body=body)


def test_an_issuer_that_names_another_mount_is_told_once() -> None:
    with doorstep() as step:
        for _ in range(2):
            step.exchange.answer("/healthz", method="GET", header=reader({}), body=bytes, mount="/login")
        (told,) = [line for _, line in step.log.lines if "issuer_mismatch" in line]
        assert "https://login.example.com/login/" in told


def test_an_exchange_that_cannot_be_opened_answers_and_tells_why() -> None:
    with doorstep(storage=Unopenable()) as step:
        answer = asked(step, "/readyz", "GET")
        assert answer.status == 500
        ((level, line),) = step.log.lines
        assert (level, "nobody is there" in line) == ("critical", True)
