"""What a new endpoint and a new grant type take: a class, and one line in a table."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import pytest
from core.tests.bench import Bench, assert_refused
from core.tests.oauth.support import ask, token_bench

from accredit import settings
from accredit.audit.events import ClientTokenEvent, EndpointEvent, IntrospectionEvent
from accredit.errors import InvalidParameter
from accredit.exchange.exchange import Exchange
from accredit.oauth import endpoints
from accredit.oauth.client.authentication import ClientAuthentication
from accredit.oauth.endpoints import ENDPOINTS, Parts
from accredit.oauth.grant_types import GRANT_TYPES, TokenRequest
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.endpoint import Endpoint
from accredit.oauth.wire.fields import known_fields
from accredit.oauth.wire.parameters import read_parameters
from accredit.oauth.wire.record import Record

APP = {"Origin": "https://app.example.com"}
DICE = "urn:example:dice"


class Echo:
    """Say back what a client says."""

    def __init__(self, *, authentication: ClientAuthentication) -> None:
        self._authentication = authentication

    async def __call__(self, call: Call, record: Record) -> Answer:
        parameters = await read_parameters(call, record)
        fields = known_fields(parameters.given, {"word": 10})
        client = await self._authentication(parameters, record)
        if fields.get("word") == "bug":
            raise RuntimeError("MARKED")
        return json_answer(200, {"client": client.id, **fields})


class Dice:
    """Issue what is no token."""

    name: ClassVar[str] = DICE
    parameters: ClassVar[Mapping[str, int]] = {"sides": 2}
    required: ClassVar[tuple[str, ...]] = ("sides",)
    event: ClassVar[type[EndpointEvent]] = ClientTokenEvent

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        if not request.fields["sides"].isdigit():
            raise InvalidParameter("sides")
        record.subject = request.client.id
        return {"access_token": f"d{request.fields['sides']}"}


@pytest.fixture
async def wire(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    echo: Endpoint[Parts] = Endpoint(
        path="/echo",
        event=IntrospectionEvent,
        published_as="echo_endpoint",
        client_authentication=("none",),
        make=lambda parts: Echo(authentication=parts.authentication),
    )
    monkeypatch.setattr(endpoints, "ENDPOINTS", (*ENDPOINTS, echo))
    monkeypatch.setattr(endpoints, "GRANT_TYPES", (*GRANT_TYPES, Dice))
    monkeypatch.setattr("accredit.settings.clients.GRANT_TYPES", (*settings.GRANT_TYPES, DICE))
    async with token_bench({"clients": {"app": {"grant_types": [DICE]}}}) as one:
        yield one


async def test_a_new_endpoint_answers_and_leaves_an_event(wire: Bench) -> None:
    response = await wire.client.post("/echo", json={"client_id": "app", "word": "hello"}, headers=APP)

    assert (response.status_code, response.json()) == (200, {"client": "app", "word": "hello"})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == APP["Origin"]
    [(level, line)] = wire.log.events()
    assert (level, line["event"], line["client_id"]) == ("info", "token.introspected", "app")


@pytest.mark.parametrize(
    ("body", "status", "error", "description"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client", "client authentication failed"),
        ({"client_id": "app", "word": "x" * 11}, 400, "invalid_request", "invalid word parameter"),
        ({"client_id": "app", "word": "bug"}, 500, "server_error", "the server could not complete the request"),
    ],
)
async def test_what_it_refuses_has_the_contracts_form_and_leaves_an_event_too(
    wire: Bench, body: dict[str, str], status: int, error: str, description: str
) -> None:
    response = await wire.client.post("/echo", json=body)

    assert_refused(response, status, error, description)
    [(_, line)] = wire.log.events()
    assert line["event"] == ("introspection.failed" if status == 500 else "introspection.refused")
    assert "MARKED" not in repr(wire.log.lines)


async def test_a_new_endpoint_is_called_by_post_and_from_the_clients_pages(wire: Bench) -> None:
    got = await wire.client.get("/echo")
    preflight = await wire.client.options("/echo", headers=APP)
    elsewhere = await wire.client.options("/echo", headers={"Origin": "https://evil.example.com"})

    assert_refused(got, 405, "method_not_allowed", "use POST")
    assert (got.headers["allow"], preflight.status_code) == ("POST, OPTIONS", 204)
    assert preflight.headers["access-control-allow-origin"] == APP["Origin"]
    assert "access-control-allow-origin" not in elsewhere.headers
    assert wire.log.lines == []


async def test_a_new_endpoint_is_published_with_how_clients_authenticate(wire: Bench) -> None:
    document = (await wire.client.get("/.well-known/openid-configuration")).json()

    assert document["echo_endpoint"] == "https://login.example.com/echo"
    assert document["echo_endpoint_auth_methods_supported"] == ["none"]
    assert "ES256" in document["echo_endpoint_auth_signing_alg_values_supported"]


async def test_a_new_grant_type_is_found_checked_published_and_told(wire: Bench) -> None:
    good = await ask(wire, client_id="app", grant_type=DICE, sides="6")
    told = [line for _, line in wire.log.events()]
    without = await ask(wire, client_id="app", grant_type=DICE)
    wrong = await ask(wire, client_id="app", grant_type=DICE, sides="x")
    too_long = await ask(wire, client_id="app", grant_type=DICE, sides="100")
    document = (await wire.client.get("/.well-known/openid-configuration")).json()

    assert (good.status_code, good.json()) == (200, {"access_token": "d6"})
    assert [(line["event"], line["grant_type"], line["subject"]) for line in told] == [("token.issued", DICE, "app")]
    assert_refused(without, 400, "invalid_request", "missing sides parameter")
    for refused in (wrong, too_long):
        assert_refused(refused, 400, "invalid_request", "invalid sides parameter")
    assert document["grant_types_supported"][-1] == DICE


async def test_a_client_that_may_not_use_a_grant_type_is_refused(wire: Bench) -> None:
    for client in ("app", "other"):
        response = await ask(wire, client_id=client, grant_type="refresh_token", refresh_token="unknown")
        assert response.json()["error"] == ("unauthorized_client" if client == "app" else "invalid_grant")


async def test_the_settings_know_the_same_grant_types_as_the_tables() -> None:
    of_paths = {endpoint.grant_type for endpoint in ENDPOINTS if endpoint.grant_type}

    assert of_paths | {grant_type.name for grant_type in GRANT_TYPES} == set(settings.GRANT_TYPES)


def test_no_two_endpoints_or_grant_types_share_a_name() -> None:
    assert len({endpoint.path for endpoint in ENDPOINTS}) == len(ENDPOINTS)
    assert len({grant_type.name for grant_type in GRANT_TYPES}) == len(GRANT_TYPES)
