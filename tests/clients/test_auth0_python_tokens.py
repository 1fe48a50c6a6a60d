"""What a published client of the original service does with its tokens: verify, refresh, ask who it is, revoke."""

from typing import Any

import pytest
from auth0.authentication import GetToken, RevokeToken, Social, Users
from auth0.authentication.token_verifier import AsymmetricSignatureVerifier, TokenVerifier
from auth0.exceptions import Auth0Error, TokenValidationError
from tests.clients.service import API, APP, BACKEND, Service
from tests.conftest import Bench

pytestmark = pytest.mark.slow

SCOPE = "openid profile email offline_access"


@pytest.fixture
def tokens(service: Service, bench: Bench) -> Any:
    good = bench.good("google-oauth2")["access_token"]
    return Social(service.domain, client_id=APP).login(good, "google-oauth2", scope=SCOPE)


@pytest.fixture
def verifier(service: Service) -> TokenVerifier:
    signature = AsymmetricSignatureVerifier(f"{service.url}/.well-known/jwks.json")
    return TokenVerifier(signature_verifier=signature, issuer=service.issuer, audience=APP)


def test_the_id_token_is_valid(tokens: Any, verifier: TokenVerifier) -> None:
    claims = verifier.verify(tokens["id_token"])
    assert claims["sub"].startswith("google-oauth2|")
    assert claims["name"] == "Ada Lovelace"


def test_an_id_token_with_another_signature_is_not(tokens: Any, verifier: TokenVerifier) -> None:
    head, _, signature = tokens["id_token"].rpartition(".")
    changed = "A" if signature[0] != "A" else "B"
    with pytest.raises(TokenValidationError):
        verifier.verify(f"{head}.{changed}{signature[1:]}")


def test_userinfo_says_what_the_id_token_says(service: Service, tokens: Any, verifier: TokenVerifier) -> None:
    claims = verifier.verify(tokens["id_token"])
    answer = Users(service.domain).userinfo(tokens["access_token"])
    assert set(answer) > {"sub", "name", "email"}
    assert {name: claims[name] for name in answer} == answer


def test_a_refresh_brings_new_tokens_for_the_same_user(service: Service, tokens: Any, verifier: TokenVerifier) -> None:
    answer = GetToken(service.domain, client_id=APP).refresh_token(tokens["refresh_token"])
    assert {answer[name] for name in ("access_token", "refresh_token")}.isdisjoint(tokens.values())
    old, new = (verifier.verify(one["id_token"]) for one in (tokens, answer))
    assert [new[name] for name in ("sub", "auth_time")] == [old[name] for name in ("sub", "auth_time")]


def test_a_refresh_token_works_once(service: Service, tokens: Any) -> None:
    client = GetToken(service.domain, client_id=APP)
    successor = client.refresh_token(tokens["refresh_token"])["refresh_token"]
    for dead in (tokens["refresh_token"], successor):  # its reuse has revoked the family
        with pytest.raises(Auth0Error) as refusal:
            client.refresh_token(dead)
        assert refusal.value.status_code == 403
        assert refusal.value.error_code == "invalid_grant"
        assert refusal.value.message == "Unknown or invalid refresh token."


def test_a_revoked_refresh_token_is_dead(service: Service, tokens: Any) -> None:
    assert RevokeToken(service.domain, client_id=APP).revoke_refresh_token(tokens["refresh_token"]) == ""
    with pytest.raises(Auth0Error) as refusal:
        GetToken(service.domain, client_id=APP).refresh_token(tokens["refresh_token"])
    assert refusal.value.error_code == "invalid_grant"


def test_revoking_nonsense_succeeds(service: Service) -> None:
    assert RevokeToken(service.domain, client_id=APP).revoke_refresh_token("nonsense") == ""


def test_another_clients_refresh_token_is_refused_and_survives(service: Service, tokens: Any) -> None:
    backend = {"client_id": BACKEND, "client_secret": service.secret}
    with pytest.raises(Auth0Error) as refusal:
        GetToken(service.domain, **backend).refresh_token(tokens["refresh_token"])
    assert refusal.value.error_code == "invalid_grant"
    assert RevokeToken(service.domain, **backend).revoke_refresh_token(tokens["refresh_token"]) == ""
    assert "access_token" in GetToken(service.domain, client_id=APP).refresh_token(tokens["refresh_token"])


def test_a_backend_gets_a_token_of_its_own(service: Service) -> None:
    answer = GetToken(service.domain, BACKEND, service.secret).client_credentials(API)
    signature = AsymmetricSignatureVerifier(f"{service.url}/.well-known/jwks.json")
    claims = TokenVerifier(signature, issuer=service.issuer, audience=API).verify(answer["access_token"])
    assert claims["sub"] == f"{BACKEND}@clients"
    assert "refresh_token" not in answer


def test_a_backend_with_the_wrong_secret_does_not(service: Service) -> None:
    with pytest.raises(Auth0Error) as refusal:
        GetToken(service.domain, BACKEND, f"{service.secret}x").client_credentials(API)
    assert refusal.value.status_code == 401
    assert refusal.value.error_code == "invalid_client"
