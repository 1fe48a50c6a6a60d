"""What must come of an answer of the provider: whose fault it is."""

from typing import Any

import pytest

GOOD = "oidc-sim-good-ada"
BEARER = 'Bearer realm="x", error="{}"'


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("status", "body", "headers", "reason"),
    [
        (401, {"error": "invalid_client"}, {}, "provider_misconfigured"),
        (400, {"error": "unauthorized_client"}, {}, "provider_misconfigured"),
        (400, {"error": "invalid_request"}, {}, "provider_protocol_error"),
        (400, {"error": "unheard_of"}, {}, "unlisted_refusal"),
        (429, {"error": "too_many"}, {"retry-after": "5"}, "provider_rate_limited"),
        (429, "<html>", {}, "provider_unavailable"),
        (401, "", {}, "provider_unavailable"),
        (400, {"error": 7}, {}, "provider_unavailable"),
        (200, {"active": False}, {}, "invalid_token"),
        (200, {"active": "true", "client_id": "oidc-sample-app", "sub": "1"}, {}, "invalid_token"),
        (200, {}, {}, "invalid_token"),
        (200, [], {}, "provider_unavailable"),
    ],
    ids=str,
)
async def test_introspection(
    refused: Any, provider: Any, status: int, body: Any, headers: dict[str, str], reason: str
) -> None:
    provider.answers["/introspect"] = (status, body, headers)
    assert (await refused(GOOD)).reason == reason
    assert "/userinfo" not in provider.paths


@pytest.mark.parametrize(
    ("status", "body", "headers", "reason"),
    [
        (401, "", {"www-authenticate": BEARER.format("invalid_token")}, "invalid_token"),
        (403, "<html>", {"www-authenticate": BEARER.format("insufficient_scope")}, "missing_permission"),
        (401, {"error": "invalid_token"}, {}, "invalid_token"),
        (401, "", {"www-authenticate": "Bearer"}, "provider_unavailable"),
        (200, {"sub": "2"}, {}, "provider_unavailable"),
        (200, {}, {}, "provider_unavailable"),
    ],
    ids=str,
)
async def test_userinfo(
    refused: Any, provider: Any, status: int, body: Any, headers: dict[str, str], reason: str
) -> None:
    provider.answers["/userinfo"] = (status, body, headers)
    assert (await refused(GOOD)).reason == reason


DISCOVERY = "/.well-known/openid-configuration"
ISSUER = "https://id.oidc.example"


@pytest.mark.threat(4, 44)
@pytest.mark.parametrize(
    ("document", "reason", "detail"),
    [
        ({"issuer": f"{ISSUER}/"}, "provider_misconfigured", "another issuer's"),
        ({"issuer": ISSUER.upper()}, "provider_misconfigured", "another issuer's"),
        ({}, "provider_unavailable", "issuer is missing"),
        ({"issuer": 7}, "provider_unavailable", "issuer is missing"),
        ({"issuer": ISSUER}, "provider_unavailable", "jwks_uri is missing"),
        ({"issuer": ISSUER, "jwks_uri": ["x"]}, "provider_unavailable", "jwks_uri is missing"),
        ({"issuer": ISSUER, "jwks_uri": "https://evil.example/jwks"}, "provider_misconfigured", "neither the issuer's"),
        ({"issuer": ISSUER, "jwks_uri": "http://id.oidc.example/jwks"}, "provider_misconfigured", "neither"),
        ({"issuer": ISSUER, "jwks_uri": "jwks"}, "provider_misconfigured", "neither"),
    ],
    ids=str,
)
async def test_the_document(
    refused: Any, provider: Any, id_token: str, document: Any, reason: str, detail: str
) -> None:
    provider.answers[DISCOVERY] = (200, document, {})
    error = await refused(id_token)
    assert error.reason == reason
    assert detail in error.detail
    assert provider.paths == [DISCOVERY]
