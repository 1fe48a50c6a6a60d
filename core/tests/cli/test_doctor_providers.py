"""Can the providers be reached, and what time is it there?"""

import asyncio
import email.utils
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from pydantic import SecretStr
from starlette.applications import Starlette

from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.providers import Answer, ask_providers, examine_clock
from accredit.provider.http import Transport
from accredit.provider.transport import PROXY, make_transport
from accredit.testing import serve

NOW = 1_800_000_000.0
URL = "https://api.acme.example/oauth2/tokeninfo"


class Provider(httpx.AsyncBaseTransport):
    """Answers with one response, or raises."""

    def __init__(self, says: httpx.Response | BaseException) -> None:
        self.says = says
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.says, BaseException):
            raise self.says
        return self.says


async def ask(transport: Transport, *urls: str, timeout_s: float = 5, proxy: str = "direct") -> list[Answer]:
    ways = [(url, SecretStr(proxy)) for url in urls or (URL,)]
    return await ask_providers(ways, transport, timeout_s=timeout_s, clock=lambda: NOW)


def told_at(epoch: float, **headers: str) -> httpx.Response:
    return httpx.Response(200, headers={"date": email.utils.formatdate(epoch, usegmt=True), **headers})


async def test_each_host_is_asked_once_for_its_root_and_told_nothing() -> None:
    provider = Provider(httpx.Response(404))

    answers = await ask(provider, URL, "https://api.acme.example/userinfo", "http://[::1]:8080/keys")

    assert [str(request.url) for request in provider.requests] == ["https://api.acme.example/", "http://[::1]:8080/"]
    assert {request.method for request in provider.requests} == {"GET"}
    assert [answer.finding.about for answer in answers] == ["https://api.acme.example", "http://[::1]:8080"]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, "ok"), (301, "ok"), (400, "ok"), (404, "ok"), (429, "ok"), (500, "warn"), (503, "warn")],
)
async def test_any_answer_is_a_sign_of_life_but_one_may_be_of_trouble(status: int, verdict: str) -> None:
    [answer] = await ask(Provider(httpx.Response(status)))

    assert answer.finding.status == verdict


def raised(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (raised(httpx.ConnectError("x"), ssl.SSLCertVerificationError()), "its certificate is not trusted"),
        (raised(httpx.ConnectError("x"), ssl.SSLError()), "it does not speak TLS there"),
        (raised(httpx.ConnectError("x"), socket.gaierror()), "its name does not resolve"),
        (raised(httpx.ConnectError("x"), ConnectionRefusedError()), "it refuses connections"),
        (TimeoutError(), "no answer in 5 s"),
        (raised(httpx.ConnectError("x"), OSError(errno.EMFILE, "x")), "this process has no file descriptor left"),
        (httpx.ReadError("secret text of theirs"), "cannot be reached: ReadError"),
        (UnicodeError("label too long"), "cannot be reached: UnicodeError"),
    ],
)
async def test_a_host_that_cannot_be_reached_is_a_failure_with_its_cause(error: BaseException, what: str) -> None:
    [answer] = await ask(Provider(error))

    assert (answer.finding.status, answer.finding.what) == ("fail", what)
    assert answer.finding.change
    assert answer.ahead_s is None


async def test_the_proxy_on_the_way_is_told_and_its_password_is_not() -> None:
    provider = Provider(httpx.Response(200))
    [answer] = await ask(provider, proxy="http://user:s3cret@proxy.example:3128")

    assert answer.finding.what.startswith("can be reached, in ")
    assert answer.finding.what.endswith(" ms (through the proxy proxy.example:3128)")
    assert "s3cret" not in repr(answer)
    assert provider.requests[0].extensions[PROXY].get_secret_value() == "http://user:s3cret@proxy.example:3128"


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (httpx.ProxyError("407 s3cret"), "the proxy refuses (through the proxy proxy.example:3128)"),
        (
            raised(httpx.ConnectError("x"), socket.gaierror()),
            "its name does not resolve (through the proxy proxy.example:3128)",
        ),
    ],
)
async def test_a_proxy_that_is_in_the_way_is_named(error: BaseException, what: str) -> None:
    [answer] = await ask(Provider(error), proxy="http://user:s3cret@proxy.example:3128")

    assert answer.finding.status == "fail"
    assert "s3cret" not in repr(answer)
    assert answer.finding.what == what


async def test_an_environment_that_names_no_proxy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://user:s3cret@proxy.example")
    provider = Provider(httpx.Response(200))
    [answer] = await ask(provider, proxy="environment")

    assert (answer.finding.status, answer.finding.what.partition(" such")[0]) == ("fail", "HTTPS_PROXY must be a URL")
    assert provider.requests == []
    assert "s3cret" not in repr(answer)


async def test_a_host_is_asked_once_for_each_way_there() -> None:
    provider = Provider(httpx.Response(200))
    ways = [(URL, SecretStr("direct")), (URL, SecretStr("http://proxy.example:1")), (URL, SecretStr("direct"))]
    await ask_providers(ways, provider, timeout_s=5, clock=lambda: NOW)

    assert len(provider.requests) == 2


async def test_a_chain_of_errors_that_goes_round_ends() -> None:
    first, second = httpx.ConnectError("x"), httpx.ConnectError("y")
    first.__cause__, second.__cause__ = second, first

    [answer] = await ask(Provider(first))

    assert answer.finding.what == "cannot be reached: ConnectError"


async def test_a_host_that_is_silent_is_not_waited_for() -> None:
    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    [answer] = await ask(Silent(), timeout_s=0.01)

    assert answer.finding.what == "no answer in 0.01 s"


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    made = make_transport(max_connections=10)
    yield made
    await made.aclose()


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[str]:
    certificate = trustme.CA().issue_cert("127.0.0.1")
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(files[0])
    certificate.private_key_pem.write_to_path(files[1])
    with serve(Starlette(), certfile=str(files[0]), keyfile=str(files[1])) as url:
        yield url


async def test_over_a_real_network_the_causes_are_told_apart(transport: Transport, untrusted: str) -> None:
    with serve(Starlette()) as plain, socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        answers = await ask(
            transport, plain, plain.replace("http:", "https:"), untrusted, closed, "https://nowhere.invalid"
        )

    assert [(one.finding.status, one.finding.what.partition(",")[0]) for one in answers] == [
        ("ok", "can be reached"),
        ("fail", "it does not speak TLS there"),
        ("fail", "its certificate is not trusted"),
        ("fail", "it refuses connections"),
        ("fail", "its name does not resolve"),
    ]
    assert answers[0].ahead_s is not None


async def test_a_clock_is_read_from_the_date_header() -> None:
    [answer] = await ask(Provider(told_at(NOW - 100)))

    assert answer.ahead_s == 100


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200),
        httpx.Response(200, headers={"date": "yesterday"}),
        httpx.Response(200, headers={"date": ""}),
        told_at(NOW, age="0"),
    ],
)
async def test_an_answer_without_a_time_of_now_says_nothing_about_the_clock(response: httpx.Response) -> None:
    [answer] = await ask(Provider(response))

    assert answer.ahead_s is None


def clock(*ahead_s: float | None) -> Finding:
    reached = Finding("ok", "provider", "host", "can be reached")
    return examine_clock([Answer(reached, one) for one in ahead_s])


@pytest.mark.parametrize(
    ("ahead_s", "status"),
    [(0, "ok"), (30, "ok"), (-30, "ok"), (31, "warn"), (-31, "warn"), (300, "warn"), (301, "fail"), (-301, "fail")],
)
def test_a_clock_is_good_to_thirty_seconds_and_bad_from_five_minutes(ahead_s: float, status: str) -> None:
    assert clock(ahead_s).status == status


def test_the_direction_is_told() -> None:
    assert clock(40).what == "is 40 s ahead of the providers'"
    assert clock(-400).what == "is 400 s behind the providers'"


def test_one_wrong_provider_does_not_matter() -> None:
    assert clock(1, 10_000, -1).status == "ok"
    assert clock(None, 10_000, None).status == "fail"


def test_a_clock_nobody_told_cannot_be_compared() -> None:
    assert clock().what == clock(None).what == "cannot be compared: no provider told the time"
    assert clock().status == "warn"
