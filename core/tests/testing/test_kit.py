"""The kit for plugin authors."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from core.tests.clock import Clock
from core.tests.strategies import Acme, Brings
from core.tests.threads import new_threads
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.credentials import Credential, ProviderToken
from accredit.hookspecs import hookimpl
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import VerifyContext
from accredit.testing import ACCEPTED, PEOPLE, InProcess, Sample, Simulator, exchange_for, person, serve
from accredit.testing.exchange import BASE_URL

pytestmark = pytest.mark.slow


async def hello(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {request.url.path}?{request.url.query}")


def app(**options: Any) -> Starlette:
    return Starlette(routes=[Route("/hello", hello, methods=["GET", "POST"])], **options)


async def get(url: str, **options: Any) -> str:
    async with httpx.AsyncClient(trust_env=False, **options) as client:
        return (await client.get(url)).text


async def test_an_app_is_served_on_loopback_until_the_block_ends() -> None:
    with serve(app()) as url:
        assert url.startswith("http://127.0.0.1:")
        assert await get(f"{url}/hello?a=b") == "GET /hello?a=b"
    with pytest.raises(httpx.ConnectError):
        await get(f"{url}/hello")


async def test_two_apps_are_served_at_once() -> None:
    with serve(app()) as one, serve(app()) as other:
        assert one != other
        assert await get(f"{one}/hello") == await get(f"{other}/hello")


def test_a_port_can_be_chosen_and_one_that_is_taken_is_an_error() -> None:
    with serve(app()) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), serve(app(), port=port):
            raise AssertionError("served twice")
    with serve(app(), port=port) as again:
        assert again == url


async def test_it_speaks_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certfile, keyfile = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(certfile)
    certificate.private_key_pem.write_to_path(keyfile)
    trusting = httpx.create_ssl_context(trust_env=False)
    authority.configure_trust(trusting)
    with serve(app(), certfile=str(certfile), keyfile=str(keyfile)) as url:
        assert url.startswith("https://127.0.0.1:")
        assert await get(f"{url}/hello", verify=trusting) == "GET /hello?"


def fails(_: Starlette) -> AbstractAsyncContextManager[None]:
    raise RuntimeError("no database")


def test_an_app_that_fails_to_start_is_an_error_and_leaves_nothing_behind() -> None:
    before = threading.enumerate()
    with pytest.raises(RuntimeError, match="the app did not start"), serve(app(lifespan=fails)):
        raise AssertionError("served")
    assert new_threads(before) == []


def test_an_error_in_the_block_stops_the_server_and_comes_through() -> None:
    with pytest.raises(KeyError, match="mine"), serve(app()) as url:
        raise KeyError("mine")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def test_an_endpoint_that_never_answers_does_not_keep_the_block_open() -> None:
    async def hang(_: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    def block() -> None:
        hanging = Starlette(routes=[Route("/", hang)])
        with serve(hanging) as url, pytest.raises(httpx.ReadTimeout):
            httpx.get(url, timeout=0.05, trust_env=False)

    thread = threading.Thread(target=block, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


async def test_in_process_sends_each_request_to_the_app_of_its_origin() -> None:
    transport = InProcess({"http://127.0.0.1:1": app(), "https://api.acme.example": app()})
    assert await get("http://127.0.0.1:1/hello", transport=transport) == "GET /hello?"
    assert await get("https://API.acme.example:443/hello?x", transport=transport) == "GET /hello?x"


@pytest.mark.parametrize("url", ["http://127.0.0.1:2/", "https://127.0.0.1:1/", "http://acme.example/"])
async def test_in_process_any_other_host_is_unreachable(url: str) -> None:
    with pytest.raises(httpx.ConnectError, match="nothing listens there"):
        await get(url, transport=InProcess({"http://127.0.0.1:1": app()}))


def test_people_are_found_by_key_and_told_apart_by_number() -> None:
    assert person("ada").name == "Ada Lovelace"
    assert len({one.key for one in PEOPLE}) == len({one.number for one in PEOPLE}) == len(PEOPLE)
    with pytest.raises(KeyError):
        person("nobody")


def test_people_have_every_shape_that_breaks_logins() -> None:
    complete = person("ada")
    assert all((complete.given_name, complete.family_name, complete.email, complete.has_picture))
    assert any(one.email is None for one in PEOPLE)
    assert any(one.family_name is None for one in PEOPLE)
    assert any(not one.name.isascii() for one in PEOPLE)
    assert any(not one.has_picture for one in PEOPLE)
    assert any(int(float(one.number)) != one.number for one in PEOPLE)
    assert all(one.email is None or one.email.partition("@")[2].startswith("example.") for one in PEOPLE)


class AcmeSimulator(Simulator):
    strategy = "acme"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"app_id": "1", "api_url": base_url}

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/hello", hello)]

    def samples(self) -> Sequence[Sample]:
        return [Sample(name="good", about="Ada's", parameters={"access_token": "t"}, expected=ACCEPTED)]


async def test_a_simulator_is_an_app_with_a_clock() -> None:
    simulator = AcmeSimulator(clock=Clock(5.0))
    assert simulator.clock() == 5.0
    assert simulator.samples()[0].claims == {}
    transport = InProcess({BASE_URL: simulator.app()})
    assert await get(f"{BASE_URL}/hello", transport=transport) == "GET /hello?"


class Calling(Acme):
    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        response = await ctx.http.get(f"{self.settings.api_url}/hello")
        assert response.body == b"GET /hello?"
        return await super().verify(token, ctx)

    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=f"at {self.settings.api_url}")


async def test_exchange_for_is_an_exchange_around_one_simulator() -> None:
    async with exchange_for(AcmeSimulator(), plugins=[Brings(Calling)], connection={"app_id": "2"}) as exchange:
        identity = await exchange.verify("acme", ProviderToken.of("t"))
        assert identity.user_id == "1"
        assert identity.profile.name == f"at {BASE_URL}"
        assert exchange.engine.connections["acme"].accepted == {"2"}


async def test_exchange_for_takes_a_transport_to_stand_in_between() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, stream=httpx.ByteStream(b"GET /hello?"))

    plugins = [Brings(Calling), OnlyMarked()]
    async with exchange_for(AcmeSimulator(), plugins=plugins, transport=httpx.MockTransport(answer)) as exchange:
        await exchange.verify("acme", ProviderToken.of("t"))
    assert seen == [f"{BASE_URL}/hello"]


class OnlyMarked:
    @hookimpl
    def simulators(self) -> list[type[Simulator]]:
        return [AcmeSimulator]
