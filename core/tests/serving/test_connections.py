"""How many connections there are, how long they live, and how many requests of one are in hand."""

import asyncio

import pytest
from core.tests.serving.support import GET, App, post, serving
from starlette.types import Receive, Scope, Send

from accredit.serving import protocol
from accredit.settings import ServerSettings, Settings

pytestmark = pytest.mark.slow


def test_an_idle_connection_lives_longer_than_those_of_common_proxies() -> None:
    # nginx and the load balancers of AWS keep theirs for 60 s.
    assert Settings(issuer="https://login.example.com/").server.keep_alive_s == 75


async def test_an_idle_connection_is_kept_for_as_long_as_it_says() -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(GET)
        await client.answer()
        [connection] = served.connections()
        assert connection._idle_timer is not None
        assert connection._idle_timer.when() - asyncio.get_running_loop().time() == pytest.approx(75, abs=30)


async def test_an_idle_connection_holds_nothing_of_the_request_before() -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        for body in (b"first", b"second"):
            client.send(post(body, b"X-Secret: MARKED"))
            assert (await client.answer()).status == 200
            [connection] = served.connections()
            held = vars(connection)
            assert (held["cycle"], held["scope"], held["headers"]) == (None, None, [])
        assert [one["body"] for one in app.seen] == ["first", "second"]


@pytest.mark.threat(53)
@pytest.mark.parametrize("requests", [0, 1])
async def test_an_idle_connection_is_closed_in_the_end(requests: int) -> None:
    async with serving(App(), keep_alive_s=0.1) as served, served.client() as client:
        for _ in range(requests):
            client.send(GET)
            assert (await client.answer()).status == 200
        assert await client.rest() == b""
        await served.until(0)


@pytest.mark.threat(53)
async def test_a_connection_too_many_takes_the_place_of_the_one_that_waits_longest() -> None:
    app = App()
    async with serving(app, max_connections=2) as served, served.client() as silent, served.client() as half:
        await served.until(2)
        half.send(GET[:10])
        async with served.client() as third:
            third.send(GET)
            assert (await third.answer()).status == 200
            assert await silent.rest() == b""
            half.send(GET[10:])
            assert (await half.answer()).status == 200


@pytest.mark.threat(53)
async def test_where_all_connections_are_busy_the_next_one_is_told_so() -> None:
    app = App()
    app.gate.clear()
    async with serving(app, max_connections=1) as served, served.client() as busy:
        busy.send(GET)
        await app.asked.wait()
        async with served.client() as other:
            answer = await other.answer()
            assert (answer.status, answer.closes) == (503, True)
            assert answer.body["error"] == "temporarily_unavailable"
            assert await other.rest() == b""
        app.gate.set()
        assert (await busy.answer()).status == 200


@pytest.mark.threat(53)
async def test_requests_sent_ahead_are_answered_one_after_the_other() -> None:
    app = App()
    app.gate.clear()
    async with serving(app) as served, served.client() as client:
        client.send(*(post(str(number).encode()) for number in range(200)))
        await app.asked.wait()
        await asyncio.sleep(0.01)
        assert len(app.seen) == 1
        app.gate.set()
        answers = [await client.answer() for _ in range(200)]

        assert [answer.body["body"] for answer in answers] == [str(number) for number in range(200)]
        assert not any(answer.closes for answer in answers)


async def test_a_request_behind_one_whose_app_fails_after_its_answer_is_answered() -> None:
    app = App()

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)
        if scope["path"] == "/failing":
            raise ValueError("of the app's")

    async with serving(failing) as served, served.client() as client:
        client.send(GET.replace(b"/", b"/failing", 1), GET, GET)
        answers = [await client.answer() for _ in range(3)]

        assert [(one.status, one.closes) for one in answers] == [(200, False)] * 3


@pytest.mark.threat(53)
async def test_too_much_sent_ahead_ends_the_connection_with_the_next_answer() -> None:
    app = App()
    app.gate.clear()
    async with serving(app, max_header_bytes=1024) as served, served.client() as client:
        client.send(GET * 300_000)
        await app.asked.wait()
        [connection] = served.connections()
        await asyncio.sleep(0.01)
        assert len(connection._ahead) < 2**19  # what one look at the socket brings, and no more
        app.gate.set()
        answer = await client.answer()

        assert (answer.status, answer.closes) == (200, True)
        assert await client.rest() == b""
    assert len(app.seen) == 1


async def test_what_comes_while_a_request_is_answered_waits() -> None:
    app = App()
    app.gate.clear()
    async with serving(app) as served, served.client() as client:
        client.send(GET)
        await app.asked.wait()
        client.send(GET[:9])
        await asyncio.sleep(0.01)
        client.send(GET[9:])
        app.gate.set()
        assert [(await client.answer()).status, (await client.answer()).status] == [200, 200]


@pytest.mark.threat(53)
async def test_an_answer_that_nobody_reads_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD_ANSWER_S", 0.05)
    app = App()
    async with serving(app) as served, served.client() as client:
        client.stop_reading()
        client.send(*[GET.replace(b"/", b"/large", 1)] * 50)
        await served.until(1)
        await served.until(0)
        assert len(app.seen) < 50


async def test_an_answer_that_is_read_slowly_comes_whole() -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.stop_reading()
        client.send(*[GET.replace(b"/", b"/large", 1)] * 20, GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        await app.asked.wait()
        await asyncio.sleep(0.05)
        client.go_on_reading()

        assert len(await client.rest()) > 20 * 2**20


async def test_a_client_may_end_the_connection() -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert (await client.answer()).closes
        assert await client.rest() == b""
        await served.until(0)


async def test_a_client_that_hangs_up_leaves_nothing_behind() -> None:
    async with serving(App()) as served:
        for sent in (b"", GET[:9], post(b"body")[:-1], GET):
            async with served.client() as client:
                client.send(sent)
                await client.flush()
            await served.until(0)


def test_limits_that_leave_no_room_for_a_request_are_refused() -> None:
    for name, least in {"max_header_bytes": 1024, "max_headers": 10, "max_connections": 1}.items():
        ServerSettings.model_validate({name: least})
        with pytest.raises(ValueError, match=name):
            ServerSettings.model_validate({name: least - 1})
