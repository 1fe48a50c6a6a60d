"""What apps post: each kind of credential at both endpoints, with what Apple's strategy reads beside it."""

import base64
import json
from typing import Any

import httpx
import pytest

from accredit import create_app
from accredit.testing import person
from accredit_apple.simulator import AppleSimulator
from accredit_apple.simulator.team import BUNDLE_ID, REDIRECT_URI, SERVICES_ID
from accredit_apple.simulator.tokens import subject, user_json

YUKI = person("yuki")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
TYPES = "http://auth0.com/oauth/token-type/"


def claims_of(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    part = answer.json()["id_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def credentials(apple: AppleSimulator) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Return what is posted to `/oauth/access_token`, and to the token endpoint, of each kind."""
    native, web, token = apple.new_code, apple.new_code, apple.id_tokens.mint(YUKI)
    of_native = {"apple_client_id": BUNDLE_ID}
    of_web = {"apple_client_id": SERVICES_ID, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    begun: dict[str, Any] = {"client_id": SERVICES_ID, "redirect_uri": REDIRECT_URI, "verifier": VERIFIER}
    code_type, id_token_type = f"{TYPES}apple-authz-code", f"{TYPES}apple-id-token"
    return {
        "ID token": (
            {"access_token": token},
            {"subject_token": token, "subject_token_type": id_token_type},
        ),
        "native code": (
            {"code": native(YUKI), **of_native},
            {"subject_token": native(YUKI), "subject_token_type": code_type, **of_native},
        ),
        "web code": (
            {"code": web(YUKI, **begun), **of_web},
            {"subject_token": web(YUKI, **begun), "subject_token_type": code_type, **of_web},
        ),
    }


@pytest.mark.parametrize("kind", ["ID token", "native code", "web code"])
async def test_apps_log_in_with_it_at_both_endpoints(connect: Any, apple: AppleSimulator, kind: str) -> None:
    first, second = credentials(apple)[kind]
    async with connect() as (exchange, _, _):
        transport = httpx.ASGITransport(app=create_app(exchange))
        async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
            of_app = {"client_id": "app", "scope": "openid profile email", "user": user_json(YUKI)}
            posted = {**of_app, "connection": "apple", **first}
            exchanged = {**of_app, "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", **second}
            for answer in (
                await client.post("/oauth/access_token", json=posted),
                await client.post("/oauth/token", data=exchanged),
            ):
                claims = claims_of(answer)
                assert claims["sub"] == f"apple|{subject(YUKI)}"
                assert (claims["given_name"], claims["family_name"]) == ("雪", "山田")
                assert (claims["email"], claims["email_verified"]) == ("yuki@example.jp", True)


async def test_cached_verdict_of_a_token_does_not_hand_on_names(connect: Any, apple: AppleSimulator) -> None:
    token = apple.id_tokens.mint(YUKI)
    async with connect(cache_s=30) as (exchange, _, _):
        transport = httpx.ASGITransport(app=create_app(exchange))
        async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
            posted = {
                "client_id": "app",
                "connection": "apple",
                "scope": "openid profile",
                "access_token": token,
            }
            named = claims_of(await client.post("/oauth/access_token", json={**posted, "user": user_json(YUKI)}))
            unnamed = claims_of(await client.post("/oauth/access_token", json=posted))
            other = json.dumps({"name": {"firstName": "Other"}})
            renamed = claims_of(await client.post("/oauth/access_token", json={**posted, "user": other}))
    assert named["given_name"] == "雪"
    assert "given_name" not in unnamed
    assert renamed["given_name"] == "Other"
