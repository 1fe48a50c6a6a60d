"""Where a body ends, what may stand beside it, and what becomes of one that nobody reads."""

import asyncio
import random

import pytest
from core.tests.serving.support import GET, App, post, serving

from accredit.serving.body import MOST_EMPTY_LINES, Body
from accredit.serving.refusal import RequestRefused

pytestmark = pytest.mark.slow

CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
MALFORMED = {"error": "invalid_request", "error_description": "the request could not be read"}


@pytest.mark.threat(53)
@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket", b"TLS/1.0"])
@pytest.mark.parametrize("name", [b"Upgrade", b"upgrade ", b"UPGRADE"])
async def test_an_offer_to_upgrade_is_ignored_and_the_body_read(upgrade: bytes, name: bytes) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings", name.strip() + b": " + upgrade, b"HTTP2-Settings: AAMAAABk"
    async with serving(App()) as served, served.client() as client:
        client.send(post(b"body", *offer, b"Upgrade-Insecure-Requests: 1"), GET)
        answer, after = await client.answer(), await client.answer()

        assert (answer.status, answer.body["body"]) == (200, "body")
        assert "upgrade" not in answer.body["headers"]
        assert answer.body["headers"]["upgrade-insecure-requests"] == "1"
        assert after.body["method"] == "GET"


@pytest.mark.threat(53)
async def test_the_body_of_a_request_that_offers_an_upgrade_is_not_a_request() -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(post(GET, b"Connection: Upgrade", b"Upgrade: h2c"))
        await client.answer()

    assert [one["method"] for one in app.seen] == ["POST"]


@pytest.mark.threat(53)
@pytest.mark.parametrize("trailer", [b"Content-Length: 5", b"Content-Length: x", b"Transfer-Encoding: chunked"])
async def test_a_trailer_that_says_where_the_body_ends_is_refused(trailer: bytes) -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(CHUNKED + b"2\r\nab\r\n0\r\n" + trailer + b"\r\n\r\n", GET)
        answer = await client.answer()
        assert (answer.status, answer.body) == (400, MALFORMED)
        assert await client.rest() == b""
    assert app.seen == [{"path": "/", "disconnected": True}]


@pytest.mark.parametrize("trailer", [b"Host: b", b"Expect: 100-continue", b"Connection: Upgrade\r\nUpgrade: h2c"])
async def test_any_other_trailer_is_for_nobody(trailer: bytes) -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(CHUNKED + b"2\r\nab\r\n0\r\n" + trailer + b"\r\n\r\n", GET)
        first, second = await client.answer(), await client.answer()
    assert (first.body["body"], first.body["headers"]) == ("ab", {"host": "a", "transfer-encoding": "chunked"})
    assert (second.status, second.body["method"]) == (200, "GET")


async def test_bodies_in_chunks_end_where_they_say_however_they_are_cut() -> None:
    dice = random.Random(7)  # noqa: S311 - where to cut
    app = App()
    bodies = [b"", b"abc", b"\r\n\r\n", b"a\r\n\r\nb" * 3]
    requests = [
        CHUNKED + b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in (body[:2], body[2:]) if part) + end
        for body in bodies
        for end in (b"0\r\n\r\n", b"0\r\nAuthorization: trailer\r\n\r\n")
    ]
    stream = b"".join(request + GET for request in requests)
    async with serving(app) as served:
        for _ in range(10):
            app.seen.clear()
            async with served.client() as client:
                at = 0
                while at < len(stream):
                    end = at + dice.randint(1, 9 if dice.random() < 0.5 else 400)
                    client.send(stream[at:end])
                    await asyncio.sleep(0)
                    at = end
                answers = [await client.answer() for _ in range(2 * len(requests))]

            told = [body.decode() for body in bodies for _ in range(2)]
            assert [answer.body["body"] for answer in answers[::2]] == told
            assert all(answer.body["method"] == "GET" for answer in answers[1::2])
            assert all("authorization" not in one["headers"] for one in app.seen)


@pytest.mark.threat(53)
@pytest.mark.parametrize(
    "flood", [b"3;" + b"x" * 3000, b"3\r\nabc\r\n0\r\n" + b"a:\r\n" * 2000, b"0\r\na: " + b"b" * 3000]
)
async def test_what_stands_beside_the_data_is_bounded(flood: bytes) -> None:
    app = App()
    async with serving(app, max_header_bytes=1024) as served, served.client() as client:
        client.send(CHUNKED, flood)
        answer = await client.answer()

        assert (answer.status, answer.body, answer.closes) == (400, MALFORMED, True)
        assert await client.rest() == b""
    assert app.seen == [{"path": "/", "disconnected": True}]


@pytest.mark.threat(53)
async def test_empty_lines_in_the_data_of_chunks_are_counted() -> None:
    few, many = b"\r\n\r\n" * (MOST_EMPTY_LINES // 4), b"\r\n\r\n" * (MOST_EMPTY_LINES + 1)
    async with serving(App()) as served:
        async with served.client() as client:
            client.send(CHUNKED, f"{len(few):x}\r\n".encode(), few, b"\r\n0\r\n\r\n")
            assert (await client.answer()).body["body"] == few.decode()
        async with served.client() as client:
            client.send(CHUNKED, f"{len(many):x}\r\n".encode(), many, b"\r\n0\r\n\r\n")
            answer = await client.answer()
            assert (answer.status, answer.body, answer.closes) == (400, MALFORMED, True)


async def test_a_large_body_in_chunks_is_data() -> None:
    async with serving(App(), max_header_bytes=1024) as served, served.client() as client:
        client.send(CHUNKED, b"1000\r\n", b"x" * 4096, b"\r\n" + b"1;e=f\r\ny\r\n" * 500, b"0\r\n\r\n")
        answer = await client.answer()

        assert answer.body["body"] == "x" * 4096 + "y" * 500


def test_a_body_of_known_length_ends_there() -> None:
    body = Body(3, max_framing_bytes=1024)

    assert [body.end(b"ab", 0), body.end(b"cGET", 0)] == [2, 1]


def test_data_between_makes_room_for_more_framing() -> None:
    body = Body(None, max_framing_bytes=4)
    assert body.end(b"abcdef", 0) == 4
    with pytest.raises(RequestRefused):
        body.end(b"abcdef", 4)
    body.has_data()
    assert body.end(b"abcdef", 4) == 6


async def test_a_body_that_is_no_body_ends_the_request() -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(CHUNKED)
        await asyncio.sleep(0.01)
        client.send(b"nonsense\r\n")
        answer = await client.answer()

        assert (answer.status, answer.body) == (400, MALFORMED)
        assert await client.rest() == b""
    assert app.seen == [{"path": "/", "disconnected": True}]


async def test_a_body_that_is_no_body_ends_the_request_of_a_client_that_waits_for_100_continue() -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(CHUNKED[:-2], b"Expect: 100-continue\r\n\r\n", b"nonsense\r\n")
        answer = await client.answer()

        assert (answer.status, answer.body) == (400, MALFORMED)
        assert await client.rest() == b""
    assert app.seen == [{"path": "/", "disconnected": True}]


@pytest.mark.threat(53)
@pytest.mark.parametrize("sent", [b"", b"x" * 3_000_000])
async def test_a_body_that_nobody_reads_ends_the_connection_but_not_the_answer(sent: bytes) -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(post(b"x" * 4_000_000, path=b"/early")[:-4_000_000], sent)
        answer = await client.answer()

        assert (answer.status, answer.closes) == (200, True)
        assert await client.rest() == b""
    assert len(app.seen) == 1


async def test_a_body_that_comes_late_is_waited_for() -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(post(b"body", b"Expect: 100-continue")[:-4])
        assert await client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"body")
        answer = await client.answer()

        assert (answer.body["body"], answer.closes) == ("body", False)


async def test_an_answer_that_has_begun_is_not_followed_by_a_refusal() -> None:
    async with serving(App(), max_header_bytes=1024) as served, served.client() as client:
        client.send(CHUNKED.replace(b"/", b"/begun", 1))
        assert (await client.head()).startswith(b"HTTP/1.1 200 OK")
        client.send(b"nonsense\r\n")

        assert await client.rest() == b""


async def test_a_body_that_ends_after_its_answer_has_begun_ends_the_connection() -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(post(b"body", path=b"/begun")[:-4])
        assert b"connection: close" in await client.head()
        client.send(b"body")
        rest = await client.rest()

        assert b'"body": "body"' in rest
