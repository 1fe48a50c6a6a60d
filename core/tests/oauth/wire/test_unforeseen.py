"""An error that nobody foresaw, anywhere: the contract's form, and a line for operators."""

from typing import Any

import httpx
import pytest
from core.tests.bench import URL, Bench, assert_refused, bench

from accredit import create_app

SERVER_ERROR = (500, "server_error", "the server could not complete the request")


@pytest.mark.parametrize(
    ("method", "path", "broken"),
    [
        ("GET", "/.well-known/openid-configuration", "accredit.oauth.discovery.json_answer"),
        ("GET", "/.well-known/jwks.json", "accredit.oauth.discovery.json_answer"),
        ("GET", "/healthz", "accredit.oauth.health.json_answer"),
        ("OPTIONS", URL, "accredit.oauth.wire.cors.Answer"),
        ("OPTIONS", "/oauth/token", "accredit.oauth.wire.cors.Answer"),
    ],
)
async def test_it_answers_as_everywhere_and_is_told(
    method: str, path: str, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("MARKED")

    async with bench() as wire:
        monkeypatch.setattr(broken, fail)
        response = await ask(wire, method, path)

        assert_refused(response, *SERVER_ERROR)
        [(level, line)] = wire.log.events()
        assert (level, line["event"], line["reason"], line["alert"]) == ("critical", "request.failed", "internal", True)
        assert line["detail"].startswith("RuntimeError in ")
        assert "MARKED" not in repr(wire.log.lines)


async def ask(wire: Bench, method: str, path: str) -> httpx.Response:
    """Ask as over a network, where what the app raises in the end reaches nobody."""
    transport = httpx.ASGITransport(app=create_app(wire.exchange), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        return await client.request(method, path)


class NotTaken(Exception):
    """What Starlette's `RequestBodyLimitMiddleware` raises when it has answered by itself, for one."""


async def test_an_answer_that_a_middleware_of_the_hosts_does_not_take_is_no_failure_of_ours(wire: Bench) -> None:
    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}"}

    async def send(_: Any) -> None:
        raise NotTaken

    scope = {"type": "http", "method": "POST", "path": "/oauth/access_token", "headers": []}
    with pytest.raises(NotTaken):
        await create_app(wire.exchange)(scope, receive, send)
    assert [event.name for event in wire.heard] == ["exchange.refused"]
