"""The documents below `/.well-known/`."""

import pytest
from core.tests.bench import Bench, bench, signing_key

from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey

CONFIGURATION = "/.well-known/openid-configuration"


@pytest.mark.parametrize("issuer", ["https://login.example.com/tenant", "https://login.example.com/tenant/"])
async def test_the_key_address_has_one_slash_whatever_the_issuer(issuer: str) -> None:
    async with bench({"issuer": issuer}) as wire:
        document = (await wire.client.get(CONFIGURATION)).json()

        assert document["issuer"] == issuer
        assert document["jwks_uri"] == "https://login.example.com/tenant/.well-known/jwks.json"


async def test_every_public_key_is_published_and_no_private_one(wire: Bench) -> None:
    response = await wire.client.get("/.well-known/jwks.json")

    assert response.headers["cache-control"] == "public, max-age=300"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json() == {"keys": [signing_key("ES256").public_jwk()]}
    assert "d" not in response.json()["keys"][0]
    assert wire.events == []


async def test_an_old_key_stays_published_and_the_last_signs() -> None:
    old, new = SigningKey.generate("EdDSA"), SigningKey.generate("ES256")
    keys = SigningKeys([old, new])

    assert [key["kid"] for key in keys.jwks()["keys"]] == [old.kid, new.kid]
    assert keys.current is new
    assert keys.algorithms == ("EdDSA", "ES256")
