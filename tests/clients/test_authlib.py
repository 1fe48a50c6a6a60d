"""Authlib's OAuth client, and its guard for APIs, which takes our access tokens by RFC 9068."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749 import ResourceProtector
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet
from tests.clients.service import API, APP, BACKEND, Service
from tests.conftest import Bench

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture(params=["client_secret_basic", "client_secret_post"])
def backend(request: pytest.FixtureRequest, service: Service) -> Iterator[OAuth2Session]:
    with OAuth2Session(BACKEND, service.secret, token_endpoint_auth_method=request.param) as session:
        yield session


@pytest.fixture
def app(service: Service) -> Iterator[OAuth2Session]:
    with OAuth2Session(APP, token_endpoint_auth_method="none") as session:
        yield session


def login(session: OAuth2Session, service: Service, bench: Bench, strategy: str = "facebook", **more: str) -> Any:
    return session.fetch_token(
        f"{service.url}/oauth/token",
        grant_type=TOKEN_EXCHANGE,
        subject_token=bench.good(strategy)["access_token"],
        subject_token_type=ACCESS_TOKEN,
        connection=strategy,
        **more,
    )


def test_token_exchange_logs_in(app: OAuth2Session, service: Service, bench: Bench) -> None:
    token = login(app, service, bench, scope="openid offline_access")
    assert token["issued_token_type"] == ACCESS_TOKEN
    assert {"access_token", "id_token", "refresh_token"} <= set(token)


def test_a_refusal_is_understood(app: OAuth2Session, service: Service) -> None:
    with pytest.raises(OAuthError) as refusal:
        app.fetch_token(
            f"{service.url}/oauth/token",
            grant_type=TOKEN_EXCHANGE,
            subject_token="EAAnonsense",
            subject_token_type=ACCESS_TOKEN,
            connection="facebook",
        )
    assert refusal.value.error == "invalid_request"
    assert refusal.value.description == "invalid access_token: invalid_token"


def test_refresh(backend: OAuth2Session, service: Service, bench: Bench) -> None:
    first = login(backend, service, bench, scope="openid offline_access")
    second = backend.refresh_token(f"{service.url}/oauth/token", refresh_token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    with pytest.raises(OAuthError) as refusal:
        backend.refresh_token(f"{service.url}/oauth/token", refresh_token=first["refresh_token"])
    assert refusal.value.error == "invalid_grant"
    assert refusal.value.description == "Unknown or invalid refresh token."


def test_client_credentials(backend: OAuth2Session, service: Service) -> None:
    token = backend.fetch_token(f"{service.url}/oauth/token", grant_type="client_credentials", audience=API)
    assert token["token_type"] == "Bearer"
    assert token["scope"] == "read:reports"


def test_client_credentials_with_a_wrong_secret(service: Service) -> None:
    with OAuth2Session(BACKEND, "wrong") as session, pytest.raises(OAuthError) as refusal:
        session.fetch_token(f"{service.url}/oauth/token", grant_type="client_credentials", audience=API)
    assert refusal.value.error == "invalid_client"


def test_introspection_and_revocation(backend: OAuth2Session, service: Service, bench: Bench) -> None:
    tokens = login(backend, service, bench, scope="openid offline_access")
    introspect, revoke = f"{service.url}/oauth/introspect", f"{service.url}/oauth/revoke"

    def is_active(name: str) -> Any:
        return backend.introspect_token(introspect, token=tokens[name], token_type_hint=name).json()["active"]

    assert [is_active("access_token"), is_active("refresh_token")] == [True, True]
    answer = backend.revoke_token(revoke, token=tokens["refresh_token"], token_type_hint="refresh_token")
    assert (answer.status_code, answer.content) == (200, b"")
    assert is_active("refresh_token") is False


def test_a_public_client_may_not_introspect(app: OAuth2Session, service: Service, bench: Bench) -> None:
    token = login(app, service, bench)["access_token"]
    answer = app.introspect_token(f"{service.url}/oauth/introspect", token=token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


class Guarded(JWTBearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    """An API as Authlib's documentation builds it; the keys are those that discovery points to."""

    def get_jwks(self) -> KeySet:
        metadata = requests.get(f"{self.issuer}.well-known/openid-configuration", timeout=10).json()
        return KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())


def call(service: Service, token: str, *, audience: str = API, scope: str | None = None) -> Any:
    protector = ResourceProtector()
    protector.register_token_validator(Guarded(issuer=service.issuer, resource_server=audience))
    request = OAuth2Request("GET", audience, headers={"Authorization": f"Bearer {token}"})
    return protector.validate_request([scope] if scope else None, request)


@pytest.fixture
def access_token(app: OAuth2Session, service: Service, bench: Bench) -> Any:
    return login(app, service, bench, audience=API, scope="read:reports")["access_token"]


def test_the_api_accepts_its_token(service: Service, access_token: str) -> None:
    claims = call(service, access_token, scope="read:reports")
    assert claims["sub"] == "facebook|1000000000000001"
    assert claims["client_id"] == APP


def test_the_api_refuses_a_token_without_the_scope(service: Service, access_token: str) -> None:
    with pytest.raises(InsufficientScopeError):
        call(service, access_token, scope="write:reports")


def test_another_api_refuses_it(service: Service, access_token: str) -> None:
    with pytest.raises(InvalidTokenError):
        call(service, access_token, audience="https://other.example.com/")


def test_the_api_refuses_an_id_token(app: OAuth2Session, service: Service, bench: Bench) -> None:
    with pytest.raises(InvalidTokenError):
        call(service, login(app, service, bench, audience=API, scope="openid")["id_token"])
