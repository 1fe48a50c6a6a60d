"""The simulated Apple takes nothing that the real one would refuse."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from accredit.testing import person
from accredit_apple.simulator import AppleSimulator
from accredit_apple.simulator.team import BUNDLE_ID, KEY_ID, LONGEST_SECRET_S, PRIVATE_KEY, SERVICES_ID, TEAM_ID

ADA = person("ada")


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def secret(now: float, *, header: Mapping[str, object] | None = None, is_der: bool = False, **claims: object) -> str:
    said = {"iss": TEAM_ID, "aud": "https://appleid.apple.com", "sub": BUNDLE_ID, "iat": now, "exp": now + 300}
    unsigned = f"{part({'alg': 'ES256', 'kid': KEY_ID, **(header or {})})}.{part({**said, **claims})}"
    key = load_pem_private_key(PRIVATE_KEY.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = key.sign(unsigned.encode(), ec.ECDSA(SHA256()))
    r, s = decode_dss_signature(der)
    return f"{unsigned}.{part(der if is_der else r.to_bytes(32) + s.to_bytes(32))}"


@pytest.fixture
def client(apple: AppleSimulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(apple.app()), base_url="http://127.0.0.1:9")


@pytest.fixture
def now(clock: Any) -> int:
    return int(clock())


async def said(client: httpx.AsyncClient, path: str, **form: str) -> tuple[int, str]:
    answer = await client.post(path, data=form)
    return answer.status_code, answer.json().get("error", "") if answer.content else ""


async def test_client_secret_must_be_right_in_every_part(client: httpx.AsyncClient, now: int) -> None:
    wrong = (
        secret(now, header={"alg": "RS256"}),
        secret(now, header={"kid": "another"}),
        secret(now, header={"kid": None}),
        secret(now, iss="SIMTEAM002"),
        secret(now, sub=SERVICES_ID),
        secret(now, aud="https://appleid.apple.com/"),
        secret(now, exp=now),
        secret(now, exp=now + LONGEST_SECRET_S + 1),
        secret(now, exp=str(now + 300)),
        secret(now, iat=now + 60),
        secret(now, is_der=True),
        secret(now)[:-4] + "AAAA",
        f"{part([])}.{part([])}.{part(b'0' * 64)}",
        f"{part({})}.{part(b'x')}.AA",
        "é.é.é",
        "a.b",
        "",
    )
    for path in ("/auth/token", "/auth/revoke"):
        for one in wrong:
            form = {"client_id": BUNDLE_ID, "client_secret": one, "grant_type": "authorization_code", "token": "x"}
            expected = "invalid_client" if one else "invalid_request"  # an empty field is none
            assert await said(client, path, **form) == (400, expected)
    form = {"client_id": BUNDLE_ID, "grant_type": "authorization_code", "code": "csim-code-ada"}
    assert await said(client, "/auth/token", **form, client_secret=secret(now, exp=now + LONGEST_SECRET_S)) == (200, "")


async def test_exchange_takes_a_whole_form_and_nothing_else(
    client: httpx.AsyncClient, apple: AppleSimulator, now: int
) -> None:
    whole = {
        "client_id": BUNDLE_ID,
        "client_secret": secret(now),
        "grant_type": "authorization_code",
        "code": apple.new_code(ADA),
    }
    assert (await client.post("/auth/token", json=whole)).status_code == 400
    assert (await client.get("/auth/token", params=whole)).status_code == 405
    for name in whole:
        given = {key: value for key, value in whole.items() if key != name}
        assert await said(client, "/auth/token", **given) == (400, "invalid_request")
    assert await said(client, "/auth/token", **{**whole, "grant_type": "refresh_token"}) == (
        400,
        "unsupported_grant_type",
    )
    assert await said(client, "/auth/token", **whole) == (200, "")
    assert await said(client, "/auth/token", **whole) == (400, "invalid_grant")


async def test_refused_code_is_used_up(client: httpx.AsyncClient, apple: AppleSimulator, now: int) -> None:
    whole = {
        "client_id": BUNDLE_ID,
        "client_secret": secret(now),
        "grant_type": "authorization_code",
        "code": apple.new_code(ADA),
    }
    for more in ({"code_verifier": "x" * 43}, {}):
        assert await said(client, "/auth/token", **whole, **more) == (400, "invalid_grant")


async def test_revocation_is_empty_and_says_yes_to_any_token(client: httpx.AsyncClient, now: int) -> None:
    form = {"client_id": BUNDLE_ID, "client_secret": secret(now), "token": "unknown"}
    assert (await client.post("/auth/revoke", data=form)).content == b""
    assert await said(client, "/auth/revoke", **form, token_type_hint="id_token") == (400, "invalid_request")
    del form["token"]
    assert await said(client, "/auth/revoke", **form) == (400, "invalid_request")


def test_codes_that_are_shown_are_codes(apple: AppleSimulator) -> None:
    assert "csim-code-ada" in apple.other_tokens()
