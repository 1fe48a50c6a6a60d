"""`Authorization: Bearer`: ignored by default, demanded where the operator says so."""

from typing import Any

import pytest
from core.tests.bench import NOW, Bench, assert_refused, bench

from accredit.keys.jose import SigningKey

BEARER = (
    401,
    "invalid_token",
    "the Authorization header must hold a live access token with the exchange scope",
)


def _signed(wire: Bench, key: SigningKey | None = None, *, typ: str = "at+jwt", **changed: Any) -> str:
    claims = {
        "iss": "https://login.example.com/",
        "sub": "partner@clients",
        "aud": "https://login.example.com/",
        "client_id": "partner",
        "iat": NOW,
        "exp": NOW + 60,
        "scope": "exchange",
    }
    claims = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return (key or wire.exchange.engine.keys.current).sign(claims, typ=typ)


async def _from_partner(wire: Bench, field: str = "access_token", scope: str = "openid exchange") -> str:
    response = await wire.post(client_id="partner", scope=scope)
    wire.events.clear()
    wire.provider.requests.clear()
    return str(response.json()[field])


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer <token>", "Bearer é", "Basic YTpi", "Bearer a b", "\xff"]
)
async def test_whatever_a_client_sends_is_ignored_by_default(wire: Bench, header: str | None) -> None:
    # One of about twenty SDKs sends it, with an unrelated management token.
    response = await wire.client.post(
        "/oauth/access_token",
        json={"client_id": "app", "access_token": "good-token", "connection": "acme"},
        headers=[] if header is None else [(b"authorization", header.encode("latin-1"))],
    )

    assert response.status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_our_own_live_access_token_with_the_scope_opens_the_door(wire: Bench, scheme: str) -> None:
    token = await _from_partner(wire)

    response = await wire.post({"Authorization": f"{scheme} {token}"}, client_id="strict")

    assert response.status_code == 200
    assert (wire.event.outcome, wire.event.client_id) == ("accepted", "strict")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer garbage", "Bearer a.b.c", "Bearer é", "Basic YTpi", "x" * 9000]
)
async def test_a_missing_or_garbled_header_is_refused_before_the_provider(wire: Bench, header: str | None) -> None:
    response = await wire.client.post(
        "/oauth/access_token",
        json={"client_id": "strict", "access_token": "good-token", "connection": "acme"},
        headers=[] if header is None else [(b"authorization", header.encode("latin-1"))],
    )

    assert_refused(response, *BEARER)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert wire.event.reason == "invalid_bearer"
    wire.assert_untouched()


@pytest.mark.threat(9)
async def test_an_id_token_is_no_access_token(wire: Bench) -> None:
    token = await _from_partner(wire, "id_token")

    assert_refused(await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict"), *BEARER)
    assert wire.provider.requests == []


async def test_an_access_token_without_the_scope_is_refused(wire: Bench) -> None:
    token = await _from_partner(wire, scope="openid")

    assert_refused(await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict"), *BEARER)
    assert wire.event.detail == "the scope is missing"


async def test_a_client_that_may_not_have_the_scope_does_not_get_it(wire: Bench) -> None:
    response = await wire.post(client_id="app", scope="openid exchange")

    assert response.json()["scope"] == "openid"


@pytest.mark.parametrize(("later_s", "status"), [(86_399, 200), (86_400, 401), (86_401, 401)])
async def test_an_access_token_lives_until_exp(wire: Bench, later_s: int, status: int) -> None:
    token = await _from_partner(wire)
    wire.clock.now += later_s

    response = await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict")

    assert response.status_code == status


async def test_the_hand_made_token_of_the_next_test_is_good(wire: Bench) -> None:
    response = await wire.post({"Authorization": f"Bearer {_signed(wire)}"}, client_id="strict")

    assert response.status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://login.example.com"},
        {"iss": "https://evil.example.com/"},
        {"iss": None},
        {"aud": "https://api.example.com"},
        {"aud": None},
        {"exp": None},
        {"exp": NOW},
        {"sub": None},
        {"client_id": None},
        {"scope": None},
        {"iat": None},
        {"iat": str(NOW)},
        {"sid": 5},
        {"scope": ""},
        {"scope": "exchanges"},
        {"scope": "Exchange"},
        {"typ": "JWT"},
        {"typ": "jwt"},
    ],
)
async def test_a_token_that_says_anything_else_is_refused(wire: Bench, changed: dict[str, Any]) -> None:
    token = _signed(wire, **changed)

    assert_refused(await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict"), *BEARER)
    wire.assert_untouched()


@pytest.mark.threat(34)
async def test_a_token_signed_by_somebody_else_is_refused(wire: Bench) -> None:
    stranger = SigningKey.generate("ES256")
    # The stranger even claims our key id.
    impostor = SigningKey({**SigningKey.generate("ES256").private_jwk(), "kid": wire.exchange.engine.keys.current.kid})

    for key in (stranger, impostor):
        token = _signed(wire, key)
        assert_refused(await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict"), *BEARER)
    wire.assert_untouched()


@pytest.mark.threat(34)
@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None)])
async def test_a_truncated_token_is_refused(wire: Bench, cut: slice) -> None:
    token = (await _from_partner(wire))[cut]

    assert_refused(await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict"), *BEARER)


@pytest.mark.threat(34)
async def test_an_extended_token_is_refused(wire: Bench) -> None:
    token = await _from_partner(wire)

    for longer in (f"{token}A", f"{token}.", f"{token}.A", f"{token} x"):
        assert_refused(await wire.post({"Authorization": f"Bearer {longer}"}, client_id="strict"), *BEARER)


async def test_the_policy_may_hold_for_all_clients_and_one_may_be_excepted() -> None:
    settings = {"authorization": "required", "clients": {"partner": {"authorization": "ignore"}}}
    async with bench(settings) as wire:
        token = await _from_partner(wire)

        assert_refused(await wire.post(), *BEARER)
        assert (await wire.post({"Authorization": f"Bearer {token}"})).status_code == 200
