"""The seam between what strategies ask and what carries it: our own values, and httpx on either side."""

from collections.abc import AsyncIterator

import httpx
import pytest
from core.tests.provider.providers import API, LIMIT, Chunks, Told, answering, client
from core.tests.provider.server import always, answer, listening
from pydantic import SecretStr

from accredit.errors import ProviderUnavailable
from accredit.provider.bounds.passage import Passage
from accredit.provider.headers import Headers
from accredit.provider.http import ProviderResponse
from accredit.provider.transport import make_transport
from accredit.provider.transport.messages import Request, Whole, address_of


@pytest.fixture
async def transport() -> AsyncIterator[httpx.AsyncBaseTransport]:
    transport = make_transport(max_connections=2)
    yield transport
    await transport.aclose()


def test_a_request_shows_nothing_but_method_and_host() -> None:
    address = address_of(httpx.URL("https://user:s3cret@api.example:8443/s3cret?s3cret#s3cret"))
    proxy = SecretStr("http://user:s3cret@proxy.example:3128")
    request = Request("POST", address, "token=s3cret", [("authorization", "s3cret")], b"s3cret", proxy=proxy)
    assert repr(request) == "Request(POST Address(https://api.example:8443))"


def test_an_answer_shows_nothing_but_its_status() -> None:
    headers = [(b"set-cookie", b"s3cret")]
    assert repr(Whole(200, headers, b'{"access_token": "s3cret"}')) == "Whole(200)"
    assert "s3cret" not in repr(ProviderResponse(200, Headers(headers), b'{"access_token": "s3cret"}'))


@pytest.mark.parametrize(
    ("url", "authority", "target"),
    [
        ("https://API.example", "api.example", "/"),
        ("https://api.example:443/a", "api.example", "/a"),
        ("http://[::1]:9000/a?b=c", "[::1]:9000", "/a?b=c"),
        ("https://u:p@b\u00fccher.example/\u00e9#f", "xn--bcher-kva.example", "/%C3%A9"),
    ],
)
def test_an_address_is_as_it_goes_out(url: str, authority: str, target: str) -> None:
    address = address_of(httpx.URL(url))
    assert (address.authority, address.target) == (authority, target)


async def test_one_client_calls_its_urls_and_each_exchange_remembers_its_own_calls() -> None:
    transport = answering()
    first = client(transport)
    second = first.anew(Passage())
    for http, path in ((first, "a"), (second, "a"), (second, "b")):
        await http.get(f"{API}/{path}", params={"x": path})
    assert [call.url for call in first.calls] == [f"{API}/a"]
    assert [call.url for call in second.calls] == [f"{API}/a", f"{API}/b"]
    assert [str(request.url) for request in transport.requests] == [f"{API}/a?x=a", f"{API}/a?x=a", f"{API}/b?x=b"]


@pytest.mark.parametrize(
    ("url", "params", "sent"),
    [
        (f"{API}/me?fields=id%2Cname", {"proof": "a b"}, f"{API}/me?fields=id%2Cname&proof=a+b"),
        (f"{API}/me?fields=id", None, f"{API}/me?fields=id"),
        (f"{API}/me#part", {"a": "~._-9Z"}, f"{API}/me?a=~._-9Z"),
    ],
)
async def test_a_url_may_have_a_query_of_its_own(url: str, params: dict[str, str] | None, sent: str) -> None:
    transport = answering()
    http = client(transport)
    await http.get(url, params=params)
    assert [str(request.url) for request in transport.requests] == [sent]
    assert http.calls[0].url == f"{API}/me"


async def test_both_ways_of_carrying_send_and_hear_the_same(transport: httpx.AsyncBaseTransport) -> None:
    headers = b"X-A: 1\r\nx-a: 2\r\nX-B: el\xc3\xa9\r\nX-C: el\xe9\r\n"
    reply = answer(b'{"ok": true}').replace(b"\r\n\r\n", b"\r\n" + headers + b"\r\n")
    async with listening(always(reply)) as wire, httpx.AsyncHTTPTransport(trust_env=False) as theirs:
        answers = [
            await client(one, wire.url).post(f"{wire.url}/a?b=c", form={"d": "e f"}, headers={"X-Own": "g"})
            for one in (transport, theirs)
        ]
    assert answers[0] == answers[1]
    assert {name: answers[0].headers[name] for name in ("x-a", "x-b", "x-c")} == {
        "x-a": "1, 2",
        "x-b": "el\u00e9",
        "x-c": "el\u00e9",
    }
    ours, his = (sorted(request.lower().split("\r\n")) for request in wire.requests)
    assert ours == his


async def test_an_empty_part_is_not_the_end_of_a_body() -> None:
    stream = Chunks(b"", b'{"a', b"", b'":1}', b"")
    response = await client(Told(lambda: httpx.Response(200, stream=stream))).get(API)
    assert response.json() == {"a": 1}


async def test_a_reply_is_let_go_of_once(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(answer(b"{}"))) as wire:
        for _ in range(4):  # a slot that is given back twice would let more calls through than there may be
            response = await transport.handle_async_request(httpx.Request("GET", wire.url))
            await response.aread()
            await response.aclose()
            await response.aclose()
    assert wire.connections == 1


async def test_an_answer_that_is_not_read_to_its_end_leaves_nothing_to_be_ended_later() -> None:
    stream = Chunks(b"x" * LIMIT, b"x", b"never read")
    http = client(Told(lambda: httpx.Response(200, stream=stream)))
    with pytest.raises(ProviderUnavailable, match="answer is over"):
        await http.get(f"{API}/me")
    assert (stream.ended, stream.closed) == (True, True)
