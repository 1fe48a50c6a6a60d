"""The endpoints without a framework: a call made by hand, and the answer to it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from urllib.parse import urlencode

import pytest
from core.tests.bench import Bench
from pydantic import SecretStr

from accredit.exchange.client import Client
from accredit.oauth.client.authentication import Credentials
from accredit.oauth.endpoints import responders
from accredit.oauth.grant_types import TokenRequest
from accredit.oauth.wire.answer import Answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.parameters import Parameters
from accredit.settings import ClientSettings

FORM = {"content-type": "application/x-www-form-urlencoded"}


def call(method: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Call:
    async def read() -> bytes:
        return body

    sent = headers or {}
    return Call(method=method, header=lambda name: sent.get(name, ""), read=read)


async def test_an_endpoint_answers_a_call_that_no_framework_has_made(wire: Bench) -> None:
    respond = responders(wire.exchange)
    login = {"client_id": "app", "access_token": "good-token", "connection": "acme", "scope": "openid"}

    answer = await respond["/oauth/access_token"](call("POST", FORM, urlencode(login).encode()))
    token = json.loads(answer.body)["access_token"]
    userinfo = await respond["/userinfo"](call("GET", {"authorization": f"Bearer {token}"}))

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert (userinfo.status, json.loads(userinfo.body)) == (200, {"sub": "acme|1000"})
    assert [line["event"] for _, line in wire.log.events()] == ["exchange.accepted", "userinfo.stated"]


async def test_a_body_is_read_only_where_there_is_something_to_read(wire: Bench) -> None:
    async def read() -> bytes:
        raise AssertionError

    for path, respond in responders(wire.exchange).items():
        for method in ("GET", "OPTIONS", "PUT"):
            answer = await respond(Call(method=method, header=lambda _: "", read=read))
            assert answer.status in {200, 204, 401, 404, 405}, path


def test_a_call_and_an_answer_show_nothing_of_what_they_carry() -> None:
    marked = call("POST", {"authorization": "MARKED"}, b"MARKED")
    answer = Answer(200, {}, b"MARKED")

    assert "MARKED" not in repr(marked) + repr(answer)
    for value, names in ((marked, Call._fields), (answer, [field.name for field in fields(answer)])):
        for name in names:
            with pytest.raises(AttributeError):
                setattr(value, name, None)


def test_what_is_read_of_a_call_shows_no_secret() -> None:
    fields = {"client_secret": "MARKED"}
    client = Client("app", ClientSettings())
    read = (
        Parameters(fields, "Basic MARKED"),
        Credentials("app", secret="MARKED", assertion="MARKED"),
        TokenRequest(client=client, fields=fields, given=fields, bearer=SecretStr("MARKED")),
    )
    assert "MARKED" not in repr(read)


def test_more_headers_take_the_place_of_those_of_their_name() -> None:
    answer = Answer(200, {"vary": "Accept", "allow": "GET"}, b"body")

    assert answer.with_headers({"vary": "Origin"}) == Answer(200, {"vary": "Origin", "allow": "GET"}, b"body")
    assert answer.headers["vary"] == "Accept"


def test_no_endpoint_loads_starlette() -> None:
    source = "import sys, accredit.oauth.endpoints; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    command = [sys.executable, "-c", source]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our interpreter

    assert "'accredit'" in loaded
    assert "starlette" not in loaded
