"""Every call of an exchange carries the proxy that its connection goes through."""

from typing import Any

import pytest
from core.tests.acme import ISSUER
from core.tests.bench import NOW, Bench, bench

from accredit import ConfigurationError
from accredit.provider.transport import PROXY

ALL, OWN = "http://all.example:3128", "http://user:s3cret@own.example:3128"


def proxies(wire: Bench) -> list[str]:
    return [request.extensions[PROXY].get_secret_value() for request in wire.provider.requests]


@pytest.mark.parametrize(
    ("settings", "proxy"),
    [
        ({}, "direct"),
        ({"proxy": ALL}, ALL),
        ({"connections": {"acme": {"proxy": OWN}}}, OWN),
        ({"proxy": ALL, "connections": {"acme": {"proxy": OWN}}}, OWN),
        ({"proxy": ALL, "connections": {"acme": {"proxy": "direct"}}}, "direct"),
    ],
)
async def test_a_call_and_a_key_set_go_the_way_of_their_connection(settings: dict[str, Any], proxy: str) -> None:
    async with bench(settings) as wire:
        claims = {"iss": ISSUER, "sub": "1000", "aud": "acme-app", "exp": NOW + 60, "iat": NOW}
        for token in ("good-token", wire.provider.key.sign(claims, typ="JWT")):
            assert (await wire.post(access_token=token)).status_code == 200
        assert proxies(wire) == [proxy, proxy]
        assert "s3cret" not in repr((wire.log.lines, wire.events))


async def test_another_connection_goes_its_own_way() -> None:
    async with bench({"connections": {"acme": {"proxy": OWN}}}) as wire:
        response = await wire.post(connection="globex", access_token_secret="good-secret")
        assert response.status_code == 200
        assert proxies(wire) == ["direct"]


@pytest.mark.parametrize("settings", [{"proxy": "environment"}, {"connections": {"acme": {"proxy": "environment"}}}])
async def test_an_environment_that_names_no_proxy_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://user:s3cret@proxy.example:1080")
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(ConfigurationError, match=r"^HTTPS_PROXY must be a URL") as refused:
        async with bench(settings):
            pass
    assert "s3cret" not in str(refused.value)
    async with bench():  # nobody asked for it
        pass
