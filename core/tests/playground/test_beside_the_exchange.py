"""The recorder stands beside the exchange: answers are what they were without it, and no two requests are mixed up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from core.tests.playground.room import Room

from accredit.playground.recorder import Recorder

ANSWER = [
    {"type": "http.response.debug", "info": {}},
    {
        "type": "http.response.start",
        "status": 207,
        "headers": [(b"X-A", b"\xff"), (b"x-a", b"2"), (b"B", b"")],
    },
    {"type": "http.response.body", "body": b"{", "more_body": True},
    {"type": "http.response.body", "more_body": True},
    {"type": "http.response.body", "body": b"x" * 300_000},
    {"type": "http.response.trailers", "headers": []},
]


@pytest.mark.parametrize("kind", ["http", "websocket", "lifespan"])
@pytest.mark.parametrize("path", ["/oauth/access_token", "/userinfo", "/elsewhere"])
async def test_every_message_passes_as_it_is(kind: str, path: str) -> None:
    scope = {"type": kind, "method": "HEAD", "path": path, "query_string": b"\xff", "headers": [(b"Accept", b"\xff")]}
    heard: list[Any] = []
    sent: list[Any] = []

    async def app(got: Any, receive: Any, send: Any) -> None:
        heard.extend([got, await receive(), await receive()])
        for message in ANSWER:
            await send(message)

    asked: list[Any] = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"\xff" * 200_000}]
    expected = [scope, *reversed(asked)]

    async def receive() -> Any:
        return asked.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    recorder = Recorder()
    await recorder.around(app)(scope, receive, send)

    assert [id(one) for one in heard] == [id(one) for one in expected]
    assert [id(one) for one in sent] == [id(one) for one in ANSWER]
    is_recorded = kind == "http" and path != "/elsewhere"
    assert [one.status for one in recorder.recordings.newest()] == ([207] if is_recorded else [])


def test_logins_at_the_same_time_are_not_mixed_up(here: Room) -> None:
    simulator: Any = here.provider.simulator
    tokens = ["fakesim-slow-ada", "fakesim-slow-grace", "fakesim-slow-ada", "fakesim-slow-grace", "fakesim-unknown-x"]
    with ThreadPoolExecutor(len(tokens)) as pool:
        under_way = [pool.submit(here.login, token) for token in tokens]
        simulator.asked.wait()
        under_way[-1].result()
        simulator.let_go.set()
        answers = [one.result() for one in under_way]

    kept = here.recorder.recordings.newest()[: len(tokens)]
    assert [len(one.events) for one in kept] == [1] * len(tokens)
    for token, answer in zip(tokens, answers, strict=True):
        [one] = [one for one in kept if one.answer == answer]
        if token.endswith("x"):
            assert (one.verification, one.profile) == (None, None)
            continue
        assert one.login is not None
        assert one.verification is None or f"fake|{one.verification.user_id}" == one.login.subject
        assert one.profile is not None
        assert one.profile.name == ("Ada Lovelace" if "ada" in token else "Grace Hopper")
