"""Key sets are shared by connections, but not where one of them cannot get at them."""

import httpx
import pytest
from core.tests.acme import ISSUER, Provider
from core.tests.bench import NOW, Bench, bench

from accredit.provider.transport import PROXY

DEAD = "http://127.0.0.1:9"
SETTINGS = {"connections": {"acme-game": {"proxy": DEAD, "app_ids": ["acme-app"]}}}


def id_token(wire: Bench) -> str:
    claims = {"iss": ISSUER, "sub": "1000", "aud": "acme-app", "iat": NOW, "exp": NOW + 600}
    return wire.provider.key.sign(claims, typ="JWT")


async def test_a_proxy_that_is_down_keeps_the_keys_from_those_alone_who_go_through_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering = Provider.handle_async_request

    async def through_proxies(provider: Provider, request: httpx.Request) -> httpx.Response:
        if request.extensions[PROXY].get_secret_value() == DEAD:
            raise httpx.ConnectError("no proxy there")
        return await answering(provider, request)

    monkeypatch.setattr(Provider, "handle_async_request", through_proxies)
    async with bench(SETTINGS) as wire:
        for _ in range(2):
            answer = await wire.post(access_token=id_token(wire), connection="acme-game", client_id="other")
            assert answer.status_code == 503
        assert (await wire.post(access_token=id_token(wire))).status_code == 200


async def test_connections_with_one_proxy_fetch_keys_once() -> None:
    async with bench({"connections": {"acme-game": {"app_ids": ["acme-app"]}}}) as wire:
        for connection, client_id in (("acme", "app"), ("acme-game", "other")):
            answer = await wire.post(access_token=id_token(wire), connection=connection, client_id=client_id)
            assert answer.status_code == 200
        assert len(wire.provider.requests) == 1
