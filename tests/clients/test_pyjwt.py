"""PyJWT verifies our tokens with nothing but the address of our keys."""

import ssl
from typing import Any

import httpx
import jwt
import pytest
from tests.clients.service import API, APP, Service
from tests.conftest import Bench


@pytest.fixture
def keys(service: Service) -> jwt.PyJWKClient:
    context = ssl.create_default_context(cafile=str(service.authority))
    return jwt.PyJWKClient(f"{service.url}/.well-known/jwks.json", ssl_context=context)


@pytest.fixture
def tokens(service: Service, bench: Bench, http: httpx.Client) -> Any:
    request = {"client_id": APP, "connection": "facebook", "scope": "openid", "audience": API}
    answer = http.post(f"{service.url}/oauth/access_token", json={**request, **bench.good("facebook")})
    assert answer.status_code == 200
    return answer.json()


def decode(keys: jwt.PyJWKClient, token: str, audience: str, issuer: str) -> Any:
    key = keys.get_signing_key_from_jwt(token)
    required = ["iss", "sub", "aud", "exp", "iat"]
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options={"require": required})


def test_the_access_token_is_of_the_type_for_apis(service: Service, keys: jwt.PyJWKClient, tokens: Any) -> None:
    claims = decode(keys, tokens["access_token"], API, service.issuer)
    assert jwt.get_unverified_header(tokens["access_token"])["typ"] == "at+jwt"
    assert claims["sub"] == "facebook|1000000000000001"


def test_the_id_token_is_for_the_app(service: Service, keys: jwt.PyJWKClient, tokens: Any) -> None:
    claims = decode(keys, tokens["id_token"], APP, service.issuer)
    assert jwt.get_unverified_header(tokens["id_token"])["typ"] == "JWT"
    assert claims["sub"] == "facebook|1000000000000001"


def test_one_is_not_the_other(service: Service, keys: jwt.PyJWKClient, tokens: Any) -> None:
    with pytest.raises(jwt.InvalidAudienceError):
        decode(keys, tokens["id_token"], API, service.issuer)
    with pytest.raises(jwt.InvalidAudienceError):
        decode(keys, tokens["access_token"], APP, service.issuer)


def test_another_issuer_is_refused(keys: jwt.PyJWKClient, tokens: Any) -> None:
    with pytest.raises(jwt.InvalidIssuerError):
        decode(keys, tokens["access_token"], API, "https://other.example.com/")
