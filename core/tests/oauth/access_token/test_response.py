"""The 200 body, and what it takes to get each part of it."""

import pytest
from core.tests.bench import EVERYTHING, NOW, Bench, assert_refused, bench
from core.tests.oauth.presented import claims_of

BARE = {"access_token", "token_type", "expires_in", "scope"}


async def test_without_scope_there_is_an_access_token_and_no_more(wire: Bench) -> None:
    response = await wire.post()

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    body = response.json()
    assert set(body) == BARE
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 86_400, "")
    assert [(session.renewable, session.claims) for session in wire.storage.kept.values()] == [(False, "{}")]


async def test_with_every_scope_there_is_every_field(wire: Bench) -> None:
    body = (await wire.post(scope=EVERYTHING, state="s")).json()

    assert set(body) == BARE | {"id_token", "refresh_token", "state"}
    assert body["scope"] == EVERYTHING


@pytest.mark.threat(32)
@pytest.mark.parametrize(
    ("requested", "granted"),
    [
        ("openid", "openid"),
        ("profile email", "profile email"),
        ("email profile openid", "email profile openid"),
        ("  openid   email ", "openid email"),
        ("openid openid", "openid"),
        ("openid read:orders", "openid read:orders"),
        ("read:orders:all exchange admin", ""),
        ("OpenID OPENID openid2", ""),
        ("nonsense openid", "openid"),
        ("offline_access", "offline_access"),
    ],
)
async def test_what_may_be_granted_is_granted_and_the_rest_is_dropped(
    wire: Bench, requested: str, granted: str
) -> None:
    response = await wire.post(scope=requested)

    assert response.status_code == 200
    assert response.json()["scope"] == granted
    assert wire.event.scopes == tuple(granted.split())


@pytest.mark.threat(32)
async def test_a_scope_of_another_client_is_not_granted(wire: Bench) -> None:
    assert (await wire.post(client_id="partner", scope="read:orders exchange")).json()["scope"] == "exchange"


async def test_a_refresh_token_needs_a_client_that_may_have_one(wire: Bench) -> None:
    body = (await wire.post(client_id="no-refresh", scope="openid offline_access")).json()

    assert set(body) == BARE | {"id_token"}
    assert body["scope"] == "openid"
    assert [session.renewable for session in wire.storage.kept.values()] == [False]


async def test_an_id_token_needs_openid(wire: Bench) -> None:
    assert "id_token" not in (await wire.post(scope="profile email")).json()
    assert "id_token" in (await wire.post(scope="openid")).json()


async def test_lifetimes_are_the_configured_ones() -> None:
    async with bench({"tokens": {"access_ttl_s": 60, "refresh_ttl_s": 120}}) as wire:
        body = (await wire.post(scope="offline_access")).json()
        [session] = wire.storage.kept.values()

        assert body["expires_in"] == 60
        assert type(body["expires_in"]) is int
        assert (session.auth_time, session.expires_at) == (NOW, NOW + 120)


@pytest.mark.threat(33)
async def test_a_refresh_token_is_stored_as_a_hash_with_all_it_takes_to_use_it(wire: Bench) -> None:
    scope = "openid offline_access nonsense"
    body = (await wire.post(scope=scope, audience="https://api.example.com", device="phone")).json()
    again = (await wire.post(scope=scope)).json()
    first, second = wire.storage.kept.values()

    assert len(body["refresh_token"]) == 72
    assert body["refresh_token"] != again["refresh_token"]
    assert body["refresh_token"] not in repr(first)
    assert first.id != second.id
    assert (first.client_id, first.subject, first.connection) == ("app", "acme|1000", "acme")
    assert (first.scope, first.audience, first.device) == ("openid offline_access", "https://api.example.com", "phone")
    assert second.audience == "https://login.example.com/"


@pytest.mark.threat(32)
async def test_an_audience_the_client_may_use_is_accepted_and_any_other_refused(wire: Bench) -> None:
    assert (await wire.post(audience="https://api.example.com")).status_code == 200
    for audience in ("https://api.example.com/", "https://API.example.com", "https://api", "app"):
        refused = await wire.post(audience=audience)
        assert_refused(refused, 400, "invalid_target", "the audience is not allowed for the client")
        assert wire.events[-1].reason == "invalid_target"


@pytest.mark.threat(32)
async def test_another_clients_audience_is_refused(wire: Bench) -> None:
    response = await wire.post(client_id="partner", audience="https://api.example.com")

    assert_refused(response, 400, "invalid_target", "the audience is not allowed for the client")
    wire.assert_untouched()


async def test_every_client_may_name_the_issuer_as_its_audience(wire: Bench) -> None:
    for client_id in ("app", "partner"):
        response = await wire.post(client_id=client_id, audience="https://login.example.com/")

        assert response.status_code == 200
        assert claims_of(response.json()["access_token"])["aud"] == "https://login.example.com/"
    almost = await wire.post(audience="https://login.example.com")
    assert_refused(almost, 400, "invalid_target", "the audience is not allowed for the client")
