"""Calls to providers, over a transport that answers as told."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from core.tests.provider.providers import API, LIMIT, Chunks, Told, answering, client

from accredit.errors import ConfigurationError, OutOfDescriptors, PluginFailed, ProviderUnavailable
from accredit.provider.http import ProviderHTTP, ProviderResponse, origin
from accredit.provider.transport import make_transport


class Hangs(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")


def raising(error: Exception) -> Told:
    def reply() -> httpx.Response:
        raise error

    return Told(reply)


async def refusal(http: ProviderHTTP, url: str = f"{API}/me") -> str:
    with pytest.raises(ProviderUnavailable) as refused:
        await http.get(url)
    return refused.value.detail


async def test_a_get_sends_its_parameters_as_the_query_and_asks_for_plain_json() -> None:
    transport = answering(b'{"id"', b': "1"}', headers={"X-Rate": "9"})
    response = await client(transport).get(f"{API}/me", params={"q": "a&b=c d#é"}, headers={"Authorization": "x"})
    (request,) = transport.requests
    assert (request.method, str(request.url)) == ("GET", f"{API}/me?q=a%26b%3Dc+d%23%C3%A9")
    assert request.content == b""
    assert dict(request.headers) == {
        "host": "api.acme.example",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "accredit",
        "authorization": "x",
    }
    assert response == ProviderResponse(200, {"x-rate": "9"}, b'{"id": "1"}')
    assert response.json_object() == {"id": "1"}


async def test_a_post_sends_a_form() -> None:
    transport = answering(status=400)
    response = await client(transport).post(f"{API}/token", form={"token": "a&b"}, headers={"X-A": "1"})
    (request,) = transport.requests
    assert (request.method, str(request.url), request.content) == ("POST", f"{API}/token", b"token=a%26b")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["x-a"] == "1"
    assert response.status == 400


async def test_a_post_without_a_form_is_empty() -> None:
    transport = answering()
    await client(transport).post(f"{API}/token")
    assert transport.requests[0].content == b""
    assert transport.requests[0].headers["content-length"] == "0"


@pytest.mark.parametrize("url", [f"{API}/x", f"{API}:443/x", "https://API.ACME.example/x", "http://127.0.0.1:9000/x"])
async def test_a_declared_origin_is_called(url: str) -> None:
    assert (await client(answering(), API, "http://127.0.0.1:9000/api").get(url)).status == 200


@pytest.mark.threat(4)
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://acme.example/x",
        "https://api.acme.example.evil.example/x",
        "https://xapi.acme.example/x",
        "https://api.acme.example:8443/x",
        "http://api.acme.example/x",
        "http://api.acme.example:443/x",
        "https://api.acme.example@evil.example/x",
        "https://evil.example\\@api.acme.example.evil/x",
        "https://api.acme.example./x",
        "ftp://api.acme.example/x",
        "//api.acme.example/x",
        "/x",
        "",
    ],
)
async def test_any_other_origin_is_never_called(url: str) -> None:
    transport = answering()
    http = client(transport)
    with pytest.raises(PluginFailed, match="the strategy did not declare the host"):
        await http.get(url)
    assert transport.requests == []
    assert http.calls == []


@pytest.mark.threat(44)
@pytest.mark.parametrize("url", ["http://api.acme.example", "http://169.254.169.254", "http://localhost.evil.example"])
async def test_an_origin_without_tls_is_not_called_though_it_is_declared(url: str) -> None:
    transport = answering()
    with pytest.raises(PluginFailed, match="the strategy did not declare the host"):
        await client(transport, url, API).get(f"{url}/x")
    assert transport.requests == []


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.1:9000", "http://[::1]:9000"])
async def test_on_loopback_an_origin_needs_no_tls(url: str) -> None:
    assert (await client(answering(), url).get(f"{url}/x")).status == 200


@pytest.mark.parametrize("url", [f"{API}:99999/x", f"{API}:port/x", "https://[::1/x", f"{API}/\n", f"{API}/\x00"])
async def test_a_url_that_cannot_be_called_is_the_strategys_fault(url: str) -> None:
    transport = answering()
    with pytest.raises(PluginFailed):
        await client(transport).get(url)
    assert transport.requests == []


@pytest.mark.parametrize("value", ["é", "\ud800"])
async def test_a_header_or_parameter_that_cannot_be_sent_is_the_strategys_fault(value: str) -> None:
    transport = answering()
    with pytest.raises(PluginFailed):
        await client(transport).get(f"{API}/x", headers={"Authorization": value})
    assert transport.requests == []


@pytest.mark.parametrize("host", ["xn--a.example", "\u00ad.example", "1.2.3.999"])
async def test_a_host_that_has_no_name_in_dns_is_unavailable(host: str) -> None:
    with pytest.raises((ProviderUnavailable, PluginFailed)):
        await client(answering(), f"https://{host}").get(f"https://{host}/")


def test_an_origin_has_its_default_port_and_no_letter_case() -> None:
    assert origin("https://API.example/path?q#f") == "https://api.example:443"
    assert origin("http://api.example") == "http://api.example:80"
    assert origin("http://api.example:443") == "http://api.example:443"
    assert origin("ftp://api.example") == "ftp://api.example:0"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
async def test_a_redirect_is_not_followed(status: int) -> None:
    transport = answering(status=status, headers={"Location": f"{API}/elsewhere"})
    assert await refusal(client(transport)) == "the provider redirects; redirects are not followed"
    assert len(transport.requests) == 1


@pytest.mark.parametrize("status", [200, 299, 400, 401, 403, 404, 429, 500, 503])
async def test_every_other_status_is_for_the_strategy_to_judge(status: int) -> None:
    assert (await client(answering(status=status)).get(API)).status == status


@pytest.mark.parametrize("chunks", [(b"x" * LIMIT,), (b"x",) * LIMIT])
async def test_a_body_may_reach_the_limit_and_not_pass_it(chunks: tuple[bytes, ...]) -> None:
    assert len((await client(answering(*chunks)).get(API)).body) == LIMIT
    stream = Chunks(*chunks, b"x")
    assert await refusal(client(Told(lambda: httpx.Response(200, stream=stream)))) == "answer is over 1000 bytes"
    assert stream.closed


async def test_a_response_that_holds_its_body_already_is_read_too() -> None:
    # What `httpx.MockTransport` and every hand-written test transport return.
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "1"}))
    assert (await client(transport).get(API)).json_object() == {"id": "1"}


async def test_a_provider_that_hangs_is_given_up() -> None:
    http = client(Hangs(), timeout_s=0.01)
    assert await refusal(http) == "call timed out"
    assert [(call.method, call.url, call.status) for call in http.calls] == [("GET", f"{API}/me", None)]
    assert http.calls[0].duration_ms >= 9


async def test_a_body_that_never_ends_its_trickle_is_given_up() -> None:
    class Trickle(Chunks):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"x"
            await asyncio.Event().wait()

    stream = Trickle()
    http = client(Told(lambda: httpx.Response(200, stream=stream)), timeout_s=0.01)
    assert await refusal(http) == "call timed out"
    assert stream.closed
    assert http.calls[0].status == 200


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("no"),
        httpx.ReadError("no"),
        httpx.RemoteProtocolError("no"),
        httpx.PoolTimeout("no"),
        ConnectionResetError("no"),
        OSError("no"),
        EOFError("no"),
        ValueError("no"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_breaks_on_the_way_is_unavailability(error: Exception) -> None:
    assert await refusal(client(raising(error))) == f"call failed: {type(error).__name__}"


@pytest.mark.parametrize(
    "error",
    [httpx.LocalProtocolError("s3cret"), httpx.UnsupportedProtocol("s3cret"), UnicodeError("s3cret")],
    ids=lambda error: type(error).__name__,
)
async def test_a_request_that_cannot_be_sent_is_our_fault(error: Exception) -> None:
    http = client(raising(error))
    with pytest.raises(PluginFailed) as refused:
        await http.get(f"{API}/me")
    assert (refused.value.status, refused.value.alert) == (500, True)
    assert refused.value.detail == f"the strategy made a request that cannot be sent: {type(error).__name__}"
    assert len(http.calls) == 1


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("wrapped", [False, True])
async def test_running_out_of_file_descriptors_is_our_fault_and_an_alert(number: int, wrapped: bool) -> None:
    error: Exception = OSError(number, "too many open files")
    if wrapped:  # as anyio and httpx do
        outer = httpx.ConnectError("All connection attempts failed")
        outer.__cause__ = ExceptionGroup("attempts", [OSError(errno.ECONNREFUSED, "refused"), error])
        error = outer
    with pytest.raises(OutOfDescriptors) as refused:
        await client(raising(error)).get(f"{API}/me")
    assert (refused.value.status, refused.value.alert) == (500, True)


async def test_any_other_error_of_the_system_stays_unavailability() -> None:
    error = httpx.ConnectError("no")
    error.__cause__ = OSError(errno.ECONNREFUSED, "refused")
    error.__cause__.__context__ = error  # a chain that goes round ends
    assert await refusal(client(raising(error))) == "call failed: ConnectError"


async def test_a_cancelled_call_stays_cancelled_and_is_remembered() -> None:
    http = client(Hangs())
    call = asyncio.create_task(http.get(f"{API}/me"))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert len(http.calls) == 1


@pytest.mark.parametrize(
    "url", [f"{API}/me", f"{API}/me?access_token=s3cret", f"{API}/me#s3cret", f"https://u:s3cret@{API[8:]}/me"]
)
async def test_no_secret_of_a_url_is_remembered(url: str) -> None:
    http = client(answering())
    await http.get(url, params={"access_token": "s3cret"})
    assert (http.calls[0].url, http.calls[0].status) == (f"{API}/me", 200)


@pytest.mark.parametrize("value", [False, None, [], "text", 1, 1.5])
def test_json_that_is_no_object_is_unavailability(value: Any) -> None:
    response = ProviderResponse(200, {}, json.dumps(value).encode())
    assert response.json() == value
    with pytest.raises(ProviderUnavailable, match=r"^answer with status 200 is not a JSON object$"):
        response.json_object()


NO_OBJECTS = [b"", b"<html>Bad Gateway</html>", b"[]", b"null", b'{"a": 1, "a": 2}']


@pytest.mark.parametrize("status", [200, 201, 400, 503])
def test_the_object_of_any_answer_is_read(status: int) -> None:
    assert ProviderResponse(status, {}, b'{"error": "slow_down"}').object_or_empty() == {"error": "slow_down"}


@pytest.mark.parametrize("body", NO_OBJECTS)
@pytest.mark.parametrize("status", [199, 201, 400, 503])
def test_an_error_page_has_an_empty_object(status: int, body: bytes) -> None:
    assert ProviderResponse(status, {}, body).object_or_empty() == {}


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_a_success_without_an_object_is_unavailability(body: bytes) -> None:
    with pytest.raises(ProviderUnavailable, match=r"^answer with status 200 is not (a )?JSON"):
        ProviderResponse(200, {}, body).object_or_empty()


def test_certificates_that_cannot_be_read_stop_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    with pytest.raises(ConfigurationError, match=r"certificate authorities \(SSL_CERT_FILE\): No such file"):
        make_transport(max_connections=1)
