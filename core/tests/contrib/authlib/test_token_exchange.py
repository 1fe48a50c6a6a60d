"""RFC 8693 at an Authlib server's own token endpoint."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.contrib.authlib.host import SCOPES, Host, ours
from werkzeug.test import TestResponse

from accredit.settings import EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT

TYPE = "urn:ietf:params:oauth:token-type:access_token"
GOOD = {
    "grant_type": TOKEN_EXCHANGE_GRANT,
    "client_id": "app",
    "subject_token": "good-token",
    "subject_token_type": TYPE,
    "connection": "acme",
}


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.close()


def form(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def post(host: Host, headers: dict[str, str] | None = None, **changes: Any) -> TestResponse:
    return host.client.post("/oauth/token", data=form(changes), headers=headers, base_url="https://shop.example.com")


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def test_a_public_client_logs_in(host: Host) -> None:
    body = post(host, scope=SCOPES, state="s-1").get_json()
    [token] = host.tokens
    assert body["access_token"] == token.access_token
    assert body["issued_token_type"] == TYPE
    assert body["scope"] == SCOPES
    assert body["state"] == "s-1"


def test_a_confidential_client_proves_itself(host: Host) -> None:
    assert post(host, basic("server", "s3cret"), client_id=None).status_code == 200
    assert post(host, basic("server", "s3cret"), client_id="server").status_code == 200
    assert {token.client_id for token in host.tokens} == {"server"}


@pytest.mark.parametrize(
    ("headers", "client_id"), [(basic("server", "wrong"), None), ({}, "server"), (basic("nobody", "s3cret"), None)]
)
def test_a_client_that_does_not_prove_itself_is_refused(
    host: Host, headers: dict[str, str], client_id: str | None
) -> None:
    response = post(host, headers, client_id=client_id)
    assert (response.status_code, response.get_json()) == (
        401,
        {"error": "invalid_client", "error_description": "client authentication failed"},
    )
    assert response.headers.get("WWW-Authenticate") == ('Basic realm="oauth", charset="UTF-8"' if headers else None)
    assert host.provider.requests == []


@pytest.mark.parametrize("header", ["Basic", "Basic ", "basic  ", "Basic !!!", "Basic YQ=="])
def test_a_proof_that_cannot_be_read_is_none(host: Host, header: str) -> None:
    response = post(host, {"Authorization": header})
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


def test_a_client_that_proves_itself_cannot_name_another(host: Host) -> None:
    response = post(host, basic("server", "s3cret"), client_id="app")
    assert response.get_json()["error_description"] == "invalid client_id parameter"


def test_a_client_that_sends_a_secret_is_not_taken_for_a_public_one(host: Host) -> None:
    assert post(host, client_secret="anything").get_json()["error"] == "invalid_client"
    assert post(host, client_id="server", client_secret="s3cret").get_json()["error"] == "invalid_client"
    assert host.provider.requests == []


def test_a_client_proves_itself_in_one_way(host: Host) -> None:
    response = post(host, basic("server", "s3cret"), client_secret="s3cret")
    assert response.get_json()["error_description"] == "more than one way of client authentication"


def test_a_client_without_the_grant_type_is_refused(host: Host) -> None:
    host.add_client("seed-only", grant_types=[EXCHANGE_GRANT])
    response = post(host, client_id="seed-only")
    assert (response.status_code, response.get_json()["error"]) == (403, "unauthorized_client")
    assert TOKEN_EXCHANGE_GRANT in response.get_json()["error_description"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"subject_token": None},
        {"subject_token_type": None},
        {"subject_token_type": "urn:something"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:saml2"},
        {"actor_token": "a"},
        {"connection": None},
        {"connection": "unheard-of"},
        {"connection": "off"},
        {"subject_token": "bad-token"},
        {"subject_token": "foreign-token"},
        {"audience": "https://a.example", "resource": "https://b.example"},
        {"audience": "https://elsewhere.example.com"},
    ],
    ids=str,
)
def test_what_is_refused_is_refused_in_the_words_of_our_own_endpoint(host: Host, changes: dict[str, Any]) -> None:
    expected = ours(lambda bench: bench.client.post("/oauth/token", data=form(changes)))
    response = post(host, **changes)
    assert (response.status_code, response.get_json()) == (expected.status_code, expected.json())
    assert host.tokens == []


def test_a_parameter_that_stands_there_twice_is_refused(host: Host) -> None:
    doubled = [*GOOD.items(), ("subject_token", "other")]
    body = "&".join(f"{name}={value}" for name, value in doubled)
    kind = "application/x-www-form-urlencoded"
    response = host.client.post("/oauth/token", data=body, content_type=kind, base_url="https://shop.example.com")
    assert response.get_json()["error_description"] == "the request body could not be parsed"
