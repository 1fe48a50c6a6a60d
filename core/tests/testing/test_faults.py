"""Faults by token: found wherever the token is, real on the wire, and over when the client hangs up."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from accredit.testing import FAULTS, Faults, InProcess, plain, serve
from accredit.testing.simulator.faults import WIRE_FAULTS, FaultNeedsServer

pytestmark = pytest.mark.slow

BASE = "http://127.0.0.1:9"


async def echo(request: Request) -> Response:
    return JSONResponse({"query": request.url.query, "body": (await request.body()).decode()})


def app() -> Faults:
    return Faults(Starlette(routes=[Route("/me", echo, methods=["GET", "POST"])]))


@pytest.fixture
async def http() -> Any:
    async with httpx.AsyncClient(transport=InProcess({BASE: app()}), base_url=BASE) as client:
        yield client


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(app()) as url:
        yield url


@pytest.mark.parametrize(
    ("token", "looked_up"),
    [
        ("EAAsim-good-ada", "EAAsim-good-ada"),
        ("EAAsim-good-ada~latency-200", "EAAsim-good-ada"),
        ("EAAsim-good-ada~gzip-bomb", "EAAsim-good-ada"),
        ("EAAsim-good-ada~gzip", "EAAsim-good-ada"),
        ("t~reset", "t"),
        ("~reset", ""),
        ("t~nonsense", "t~nonsense"),
        ("t~latency-", "t~latency-"),
        ("t~latency-fast", "t~latency-fast"),
        ("t~latency-1234567", "t~latency-1234567"),
        ("t~reset~", "t~reset~"),
        ("t~RESET", "t~RESET"),
        ("t~reset:secret", "t~reset:secret"),
        ("t~resetting", "t~resetting"),
        ("a~html.b", "a~html.b"),
        ("", ""),
    ],
)
def test_a_marker_is_known_by_its_exact_form_at_the_end(token: str, looked_up: str) -> None:
    assert plain(token) == looked_up


def test_every_fault_is_described_in_a_sentence() -> None:
    assert len(FAULTS) == 17
    assert all(about.endswith(".") and plain(f"t~{name}") == "t" for name, about in FAULTS.items())


@pytest.mark.parametrize(
    "request_parts",
    [
        {"params": {"access_token": "t~error"}},
        {"params": {"input_token": "t~error", "other": "x"}},
        {"headers": {"Authorization": "Bearer t~error"}},
        {"headers": {"Authorization": 'OAuth oauth_nonce="n", oauth_token="1-t~error", oauth_version="1.0"'}},
        {"method": "POST", "data": {"a": "b", "access_token": "t~error", "c": "d"}},
        {"method": "POST", "json": {"access_token": "t~error"}},
    ],
    ids=["query", "another parameter", "bearer", "OAuth 1.0a", "form", "JSON"],
)
async def test_a_marker_is_found_wherever_a_token_is(http: httpx.AsyncClient, request_parts: dict[str, Any]) -> None:
    assert (await http.request(request_parts.pop("method", "GET"), "/me", **request_parts)).status_code == 500


async def test_a_marker_is_found_percent_encoded(http: httpx.AsyncClient) -> None:
    assert (await http.get("/me?access_token=t%7Eerror")).status_code == 500
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await http.post("/me", content=b"access_token=t%7Eerror", headers=form)).status_code == 500


async def test_a_marker_at_the_end_of_the_path_is_taken_off(http: httpx.AsyncClient) -> None:
    assert (await http.get("/me~error")).status_code == 500
    assert (await http.get("/me~latency-1?a=b")).json()["query"] == "a=b"


async def test_one_in_the_path_is_taken_off_also_where_that_of_a_token_counts(http: httpx.AsyncClient) -> None:
    answer = await http.get("/me~error", params={"access_token": "t~gzip"})
    assert (answer.status_code, answer.json()["query"]) == (200, "access_token=t~gzip")
    assert (await http.get("/me~gzip", params={"access_token": "t~error"})).status_code == 500


@pytest.mark.parametrize("path", ["/me?access_token=t", "/me?access_token=t~", "/me?access_token=t~errors"])
async def test_whatever_has_no_marker_is_left_alone(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(path, content=b"~nothing")
    assert answer.json() == {"query": path.partition("?")[2], "body": "~nothing"}


async def test_the_body_arrives_behind_a_fault_too(http: httpx.AsyncClient) -> None:
    answer = await http.post("/me", data={"access_token": "t~latency-1"})
    assert answer.json()["body"] == "access_token=t~latency-1"


async def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing() -> Message:
        raise AssertionError("not asked")

    async def drop(message: Message) -> None:
        raise AssertionError("not told")

    await Faults(inner)({"type": "lifespan"}, nothing, drop)
    assert seen == ["lifespan"]


# -- answers that need no wire


async def test_html_comes_with_status_200(http: httpx.AsyncClient) -> None:
    answer = await http.get("/me?t=t~html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_a_wrong_type_is_an_image(http: httpx.AsyncClient) -> None:
    answer = await http.get("/me?t=t~wrong-type")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")


async def test_unavailable_tells_how_long_only_when_asked_to(http: httpx.AsyncClient) -> None:
    plainly, with_number = await http.get("/me?t=t~unavailable"), await http.get("/me?t=t~unavailable-7")
    assert (plainly.status_code, plainly.headers.get("retry-after")) == (503, None)
    assert (with_number.status_code, with_number.headers.get("retry-after")) == (503, "7")


async def test_a_redirect_is_answered_only_to_who_follows_it(http: httpx.AsyncClient) -> None:
    answer = await http.post("/me?a=b%20c&t=t~redirect", content=b"body")
    assert answer.status_code == 307
    followed = await http.post("/me?a=b%20c&t=t~redirect", content=b"body", follow_redirects=True)
    assert followed.json() == {"query": "a=b%20c&t=t~redirect", "body": "body"}
    assert (await http.get("/me~redirect", follow_redirects=True)).json()["query"] == ""


async def test_a_packed_answer_is_the_real_one(http: httpx.AsyncClient) -> None:
    async with http.stream("POST", "/me?t=t~gzip", content=b"body", headers={"Accept-Encoding": "identity"}) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert answer.headers.get_list("content-length") == [str(len(packed))]
    assert json.loads(gzip.decompress(packed)) == {"query": "t=t~gzip", "body": "body"}


async def test_a_gzip_bomb_is_small_and_unpacks_to_100_mib_of_valid_json(http: httpx.AsyncClient) -> None:
    async with http.stream("GET", "/me?t=t~gzip-bomb") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert len(packed) < 200_000
    unpacked = gzip.decompress(packed)
    assert len(unpacked) >= 100 * 2**20
    assert json.loads(unpacked) == {}


async def test_jitter_is_never_the_same_twice_and_never_over_its_bound(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[float] = []

    async def late(_: Any, delay_ms: float, scope: Scope, receive: Receive, send: Send) -> None:
        delays.append(delay_ms)
        await Response()(scope, receive, send)

    monkeypatch.setattr("accredit.testing.simulator.misbehaviour.late", late)
    for _ in range(100):
        await http.get("/me?t=t~jitter-50")
    assert len(set(delays)) == 100
    assert 0 < min(delays) < 5
    assert 45 < max(delays) < 50


@pytest.mark.parametrize("name", sorted(WIRE_FAULTS))
async def test_in_process_there_is_no_wire_to_break(http: httpx.AsyncClient, name: str) -> None:
    with pytest.raises(FaultNeedsServer, match=f"fault '{name}' needs real HTTP"):
        await http.get(f"/me?t=t~{name}")


# -- the wire


def exchange_bytes(url: str, token: str) -> bytes:
    """Send one request, and return all that comes until the server closes."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=10) as connection:
        connection.sendall(f"GET /me?t={token} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def test_a_reset_is_a_reset(url: str) -> None:
    with pytest.raises(ConnectionResetError):
        exchange_bytes(url, "t~reset")


@pytest.mark.parametrize(("token", "missing"), [("t~truncated", 100), ("t~truncated-1", 1)])
def test_a_truncated_body_is_shorter_than_announced_though_its_json_is_whole(
    url: str, token: str, missing: int
) -> None:
    head, _, body = exchange_bytes(url, token).partition(b"\r\n\r\n")
    assert json.loads(body)["query"] == f"t={token}"
    assert f"content-length: {len(body) + missing}".encode() in head.lower()


def test_a_provider_that_hangs_up_says_nothing(url: str) -> None:
    assert exchange_bytes(url, "t~hang-up") == b""


@pytest.mark.parametrize(
    ("name", "start", "again"),
    [
        ("informational", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("chunk-extensions", b"HTTP/1.1 200 OK\r\n", b";name=value"),
        ("trailers", b"HTTP/1.1 200 OK\r\n", b"X-Trailer: 1\r\n"),
    ],
)
def test_a_flood_of_what_is_no_body_goes_on_until_the_client_hangs_up(name: str, start: bytes, again: bytes) -> None:
    received = b""
    with serve(app()) as url:
        address = urlsplit(url)
        with socket.create_connection((str(address.hostname), address.port or 80), timeout=10) as connection:
            connection.sendall(f"GET /me?t=t~{name} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            while len(received) < 1_000_000:
                received += connection.recv(65_536)
    # The server ended as well: it noticed.
    assert received.startswith(start)
    assert received.count(again) > 10_000


def test_a_trickle_is_the_whole_answer_in_many_pieces(url: str) -> None:
    with httpx.stream("GET", f"{url}/me?t=t~trickle-1", timeout=10, trust_env=False) as answer:
        pieces = list(answer.iter_raw())
    assert json.loads(b"".join(pieces)) == {"query": "t=t~trickle-1", "body": ""}
    assert len(pieces) > 5


def test_an_endless_body_goes_on_until_the_client_hangs_up_and_no_longer() -> None:
    before = time.monotonic()
    with serve(app()) as url, httpx.stream("GET", f"{url}/me?t=t~endless", timeout=10, trust_env=False) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        read = 0
        for chunk in answer.iter_raw():
            read += len(chunk)
            if read > 5_000_000:
                break
    # The server ended as well: it noticed.
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("token", ["t~latency-60000", "t~jitter-600000", "t~trickle-60000"])
def test_who_hangs_up_ends_a_late_answer(token: str) -> None:
    before = time.monotonic()
    with serve(app()) as url, pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{url}/me?t={token}", timeout=0.05, trust_env=False)
    assert time.monotonic() - before < 10


def test_late_answers_come(url: str) -> None:
    before = time.monotonic()
    assert httpx.get(f"{url}/me?t=t~latency-50", trust_env=False).json() == {"query": "t=t~latency-50", "body": ""}
    assert time.monotonic() - before >= 0.05


def test_a_fault_is_of_its_own_requests_only(url: str) -> None:
    with httpx.Client(trust_env=False) as client:
        with pytest.raises(httpx.TransportError):
            client.get(f"{url}/me?t=t~reset")
        assert client.get(f"{url}/me?t=t").status_code == 200
