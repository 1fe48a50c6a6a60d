"""Codes: exchanged by our credentials, with the ID token of the answer for a proof."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.testing import person
from accredit_oidc.simulator import (
    CLIENT_ID,
    CLIENT_SECRET,
    FOREIGN_CLIENT_ID,
    ISSUER,
    PUBLIC_CLIENT_ID,
    REDIRECT_URI,
    OidcSimulator,
)
from accredit_oidc.simulator.codes import at_hash

NOW = 1_800_000_000
VERIFIER = "a" * 43
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def code(simulator: OidcSimulator) -> AuthorizationCode:
    value = simulator.new_code(person("ada"), verifier=VERIFIER, nonce="n0nce")
    return AuthorizationCode.of(value, code_verifier=VERIFIER, redirect_uri=REDIRECT_URI, nonce="n0nce")


def changed(code: AuthorizationCode, **parts: Any) -> AuthorizationCode:
    whole = {"code_verifier": VERIFIER, "redirect_uri": REDIRECT_URI, "nonce": "n0nce"}
    return AuthorizationCode.of(code.reveal(), **{**whole, **parts})


def exchanged(provider: Any) -> httpx.Request:
    request = next(one for one in provider.requests if one.url.path == "/token")
    assert isinstance(request, httpx.Request)
    return request


def fields(request: httpx.Request) -> dict[str, list[str]]:
    return parse_qs(request.content.decode())


async def test_the_id_token_of_the_exchange_is_the_proof_and_userinfo_the_profile(
    verify: Any, provider: Any, code: AuthorizationCode
) -> None:
    identity = await verify(code)
    assert (identity.user_id, identity.audience) == ("1000000000000001", JwtAudience((CLIENT_ID,), None))
    assert identity.profile.name == "Ada Lovelace"
    assert identity.provider_scopes == {"openid", "profile", "email"}
    assert provider.paths == [DISCOVERY, "/token", "/jwks", "/userinfo"]
    expected = {"code": code.reveal(), "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    assert fields(exchanged(provider)) == {
        "grant_type": ["authorization_code"],
        **{name: [value] for name, value in expected.items()},
    }
    ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert exchanged(provider).headers["authorization"] == f"Basic {ours}"


async def test_a_secret_may_go_into_the_form(verify: Any, provider: Any, code: AuthorizationCode) -> None:
    await verify(code, auth_method="client_secret_post")
    sent = fields(exchanged(provider))
    assert (sent["client_id"], sent["client_secret"]) == ([CLIENT_ID], [CLIENT_SECRET])
    assert "authorization" not in exchanged(provider).headers


@pytest.mark.parametrize("kind", ["ES256", "RS256"])
@pytest.mark.parametrize("audience", ["issuer", "endpoint"])
async def test_a_key_may_sign_in_the_place_of_a_secret(
    refused: Any, provider: Any, code: AuthorizationCode, keys: dict[str, str], kind: str, audience: str
) -> None:
    key = {"private_key": keys[kind], "private_key_id": "our-key", "assertion_audience": audience}
    provider.answers["/token"] = (400, {"error": "invalid_grant"}, {})
    await refused(code, client_secret=None, auth_method="private_key_jwt", **key)
    request = exchanged(provider)
    sent = fields(request)
    assert sent["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    assert sent["client_id"] == [CLIENT_ID]
    assert "client_secret" not in sent
    header, claims = (_decoded(part) for part in sent["client_assertion"][0].split(".")[:2])
    assert (header["alg"], header["kid"]) == (kind, "our-key")
    assert (claims["iss"], claims["sub"], claims["iat"], claims["exp"]) == (CLIENT_ID, CLIENT_ID, NOW, NOW + 60)
    assert claims["aud"] == (ISSUER if audience == "issuer" else str(request.url))
    assert len(claims["jti"]) >= 20


def _decoded(part: str) -> dict[str, Any]:
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(found, dict)
    return found


async def test_a_code_is_good_once(verify: Any, refused: Any, code: AuthorizationCode) -> None:
    await verify(code)
    assert type(await refused(code)) is InvalidProviderToken


@pytest.mark.parametrize("verifier", ["b" * 43, None])
async def test_another_verifier_or_none_is_refused(refused: Any, code: AuthorizationCode, verifier: str | None) -> None:
    assert type(await refused(changed(code, code_verifier=verifier), require_pkce=False)) is InvalidProviderToken


async def test_a_code_without_pkce_is_refused_unless_the_operator_says_otherwise(
    verify: Any, refused: Any, provider: Any, simulator: OidcSimulator
) -> None:
    bare = AuthorizationCode.of(simulator.new_code(person("ada")), redirect_uri=REDIRECT_URI)
    assert type(await refused(bare)) is MissingParameter
    assert provider.paths == []
    assert (await verify(bare, require_pkce=False)).user_id == "1000000000000001"


@pytest.mark.parametrize("nonce", ["another", None])
async def test_the_nonce_of_the_id_token_is_compared(refused: Any, code: AuthorizationCode, nonce: str | None) -> None:
    error = await refused(changed(code, nonce=nonce))
    assert (type(error), "nonce" in error.detail) == (InvalidProviderToken, True)


@pytest.mark.parametrize(("uri", "error"), [(None, MissingParameter), (f"{REDIRECT_URI}/", InvalidParameter)])
async def test_a_code_without_its_redirect_uri_or_with_one_that_is_not_listed_costs_no_call(
    refused: Any, provider: Any, code: AuthorizationCode, uri: str | None, error: type[Exception]
) -> None:
    assert type(await refused(changed(code, redirect_uri=uri))) is error
    assert provider.paths == []


PUBLIC = {"client_ids": [PUBLIC_CLIENT_ID], "client_secret": None, "auth_method": "none"}


@pytest.fixture
def public_code(simulator: OidcSimulator) -> AuthorizationCode:
    value = simulator.new_code(person("ada"), verifier=VERIFIER, nonce="n0nce", client_id=PUBLIC_CLIENT_ID)
    return AuthorizationCode.of(value, code_verifier=VERIFIER, redirect_uri=REDIRECT_URI, nonce="n0nce")


async def test_a_public_client_exchanges_its_code_by_its_id_and_the_verifier(
    verify: Any, provider: Any, public_code: AuthorizationCode
) -> None:
    identity = await verify(public_code, **PUBLIC)
    assert (identity.user_id, identity.audience) == ("1000000000000001", JwtAudience((PUBLIC_CLIENT_ID,), None))
    sent = fields(exchanged(provider))
    assert (sent["client_id"], sent["code_verifier"]) == ([PUBLIC_CLIENT_ID], [VERIFIER])
    assert not {"client_secret", "client_assertion", "client_assertion_type"} & sent.keys()
    assert "authorization" not in exchanged(provider).headers


async def test_a_code_of_a_public_client_without_its_verifier_costs_no_call(
    refused: Any, provider: Any, public_code: AuthorizationCode
) -> None:
    assert type(await refused(changed(public_code, code_verifier=None), **PUBLIC)) is MissingParameter
    assert provider.paths == []
    error = await refused(changed(public_code, code_verifier="b" * 43), **PUBLIC)
    assert type(error) is InvalidProviderToken


@pytest.mark.threat(1)
async def test_a_public_client_gets_no_code_of_another_app(
    refused: Any, provider: Any, code: AuthorizationCode
) -> None:
    assert type(await refused(code, **PUBLIC)) is InvalidProviderToken
    assert "/userinfo" not in provider.paths


@pytest.mark.threat(1)
async def test_a_public_client_asks_nobody_about_an_access_token(refused: Any, provider: Any) -> None:
    error = await refused("oidc-sim-good-ada", **PUBLIC)
    assert error.detail == "access tokens need client_secret or private_key: nobody else can tell their app"
    assert provider.paths == []


async def test_an_access_token_in_the_answer_that_at_hash_does_not_name_is_not_used(
    refused: Any, provider: Any, simulator: OidcSimulator, code: AuthorizationCode
) -> None:
    changes = {"nonce": "n0nce", "at_hash": at_hash("oidc-sim-good-grace")}
    provider.answers["/token"] = (200, answer(id_token=simulator.id_tokens.mint(person("ada"), changes=changes)), {})
    error = await refused(code)
    assert (type(error), error.detail) == (InvalidProviderToken, "at_hash is that of another access token")
    assert "/userinfo" not in provider.paths


@pytest.mark.parametrize("kind", ["application/jwt", "Application/JWT; charset=utf-8"])
async def test_a_signed_answer_of_userinfo_is_the_operators_to_change(
    refused: Any, provider: Any, simulator: OidcSimulator, code: AuthorizationCode, kind: str
) -> None:
    provider.answers["/userinfo"] = (200, simulator.id_tokens.mint(person("ada")), {"content-type": kind})
    error = await refused(code)
    assert type(error) is ProviderMisconfigured
    assert error.detail == "userinfo: the answer is signed or encrypted: have it sent as plain JSON"


async def test_without_a_secret_or_a_key_no_code_is_exchanged(
    refused: Any, provider: Any, code: AuthorizationCode
) -> None:
    error = await refused(code, client_secret=None)
    assert type(error) is InvalidParameter
    assert error.detail == "code: needs client_secret or private_key in the settings"
    assert provider.paths == []


@pytest.mark.threat(1)
async def test_an_id_token_of_another_app_in_the_answer_is_refused(
    refused: Any, provider: Any, simulator: OidcSimulator, code: AuthorizationCode
) -> None:
    foreign = simulator.id_tokens.mint(person("ada"), changes={"aud": FOREIGN_CLIENT_ID, "nonce": "n0nce"})
    provider.answers["/token"] = (200, answer(id_token=foreign), {})
    assert type(await refused(code)) is WrongAudience
    assert "/userinfo" not in provider.paths


async def test_userinfo_about_somebody_else_is_not_used(refused: Any, provider: Any, code: AuthorizationCode) -> None:
    provider.answers["/userinfo"] = (200, {"sub": "2", "email": "eve@example.com"}, {})
    assert type(await refused(code)) is ProviderUnavailable


def answer(**changes: Any) -> dict[str, Any]:
    usual = {"access_token": "oidc-sim-good-ada", "token_type": "Bearer", "id_token": "x"}
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}


@pytest.mark.parametrize(
    ("changes", "error", "detail"),
    [
        ({"id_token": ...}, MissingPermission, "scope openid"),
        *(({"id_token": one}, ProviderUnavailable, "id_token") for one in (None, 5)),
        *(({"access_token": one}, ProviderUnavailable, "access_token") for one in (..., None, 5, "", "a b")),
        *(({"token_type": one}, ProviderUnavailable, "token_type") for one in (..., None, 5, "DPoP")),
        *(({"expires_in": one}, ProviderUnavailable, "expires_in") for one in (None, "3600", 0, -1, True, 1.5)),
        *(({"scope": one}, ProviderUnavailable, "scope") for one in (None, 5)),
        ({"token_type": "bearer"}, InvalidProviderToken, ""),  # read, and refused for its ID token alone
    ],
    ids=str,
)
async def test_an_answer_of_the_wrong_form_is_not_believed(
    refused: Any, provider: Any, code: AuthorizationCode, changes: dict[str, Any], error: type[Exception], detail: str
) -> None:
    provider.answers["/token"] = (200, answer(**changes), {})
    found = await refused(code)
    assert (type(found), detail in found.detail) == (error, True)
    assert "/userinfo" not in provider.paths


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant", "error_description": "upstream text"}, InvalidProviderToken),
        (401, {"error": "invalid_client"}, ProviderMisconfigured),
        (400, {"error": "unauthorized_client"}, ProviderMisconfigured),
        (400, {"error": "unsupported_grant_type"}, ProviderMisconfigured),
        (400, {"error": "invalid_request"}, UnlistedRefusal),
        (429, {"error": "slow_down"}, ProviderRateLimited),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (400, "<html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
    ],
    ids=str,
)
async def test_a_refusal_is_blamed_on_whom_it_concerns_and_no_code_is_sent_twice(
    refused: Any, provider: Any, code: AuthorizationCode, status: int, body: Any, error: type[Exception]
) -> None:
    provider.answers["/token"] = (status, body, {})
    found = await refused(code)
    assert (type(found), "upstream" in str(found)) == (error, False)
    assert provider.paths == [DISCOVERY, "/token"]
