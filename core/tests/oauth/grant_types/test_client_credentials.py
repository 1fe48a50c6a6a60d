"""`grant_type=client_credentials`: tokens for clients themselves."""

import jwt
import pytest
from core.tests.bench import ISSUER, NOW, Bench, assert_refused
from core.tests.oauth.access_token.verifier import verified
from core.tests.oauth.support import SECRET, ask, ask_by_form, basic, hash_of, the_line, token_bench

from accredit import AccessDenied, hookimpl

API = "https://api.example.com"
AS_SVC = {"grant_type": "client_credentials", "client_id": "svc", "client_secret": SECRET}


async def test_the_token_is_the_clients_own(wire: Bench) -> None:
    response = await ask(wire, **AS_SVC)
    body = response.json()

    assert response.status_code == 200
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
    token = body.pop("access_token")
    assert body == {"token_type": "Bearer", "expires_in": 86_400, "scope": "read:orders write:orders"}
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = await verified(wire, token, audience=ISSUER)
    assert isinstance(claims.pop("jti"), str)
    assert claims == {
        "iss": ISSUER,
        "sub": "svc@clients",
        "aud": ISSUER,
        "iat": NOW,
        "exp": NOW + 86_400,
        "client_id": "svc",
        "scope": "read:orders write:orders",
    }
    line = the_line(wire)
    assert (line["event"], line["client_id"], line["subject"]) == ("token.issued", "svc", "svc@clients")
    wire.assert_untouched()


@pytest.mark.threat(32)
async def test_scope_narrows_and_never_widens(wire: Bench) -> None:
    assert (await ask(wire, **AS_SVC, scope="write:orders")).json()["scope"] == "write:orders"
    # There is no user whose openid or profile it could be, and no refresh token.
    asked = "openid profile offline_access admin read:orders exchange"
    body = (await ask(wire, **AS_SVC, scope=asked)).json()
    assert body["scope"] == "read:orders"
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}


@pytest.mark.parametrize("scope", ["admin", "openid", "offline_access", "READ:ORDERS", "read:orders,write:orders"])
async def test_a_scope_of_which_nothing_can_be_granted_is_refused(wire: Bench, scope: str) -> None:
    response = await ask(wire, **AS_SVC, scope=scope)

    assert_refused(response, 400, "invalid_scope", "none of the scopes can be granted")


@pytest.mark.threat(32)
async def test_the_audience_is_one_of_the_clients_own(wire: Bench) -> None:
    body = (await ask(wire, **AS_SVC, audience=API)).json()
    assert (await verified(wire, body["access_token"], audience=API))["aud"] == API

    response = await ask(wire, **AS_SVC, audience="https://other.example.com")
    assert_refused(response, 400, "invalid_target", "the audience is not allowed for the client")


async def test_a_public_client_gets_none(wire: Bench) -> None:
    response = await ask(wire, grant_type="client_credentials", client_id="app")

    error = "Grant type 'client_credentials' not allowed for the client."
    assert_refused(response, 403, "unauthorized_client", error)


async def test_a_client_without_the_grant_gets_none() -> None:
    async with token_bench({"clients": {"svc": {"grant_types": ["refresh_token"]}}}) as wire:
        response = await ask(wire, **AS_SVC)

    error = "Grant type 'client_credentials' not allowed for the client."
    assert_refused(response, 403, "unauthorized_client", error)


async def test_a_token_with_scope_exchange_opens_the_exchange() -> None:
    # The original documentation's curl sends such a token with every exchange.
    caller = {"secret_hash": hash_of(SECRET), "scopes": ["exchange"]}
    async with token_bench({"clients": {"caller": caller}}) as wire:
        token = (await ask_by_form(wire, basic("caller", SECRET), grant_type="client_credentials")).json()
        header = {"Authorization": f"Bearer {token['access_token']}"}
        response = await wire.post(header, client_id="strict")

        assert response.status_code == 200


async def test_hooks_are_for_logins_of_users() -> None:
    class Refuses:
        @hookimpl
        async def authorize(self) -> None:
            raise AccessDenied("nobody")

        @hookimpl
        async def claims(self) -> None:
            raise AccessDenied("nobody")

    async with token_bench(plugins=[Refuses()]) as wire:
        assert (await ask(wire, **AS_SVC)).status_code == 200


async def test_the_issuer_is_an_audience_for_everybody(wire: Bench) -> None:
    parameters = {"grant_type": "client_credentials", "audience": "https://login.example.com/"}

    assert (await ask(wire, basic("svc", SECRET), **parameters)).status_code == 200
