"""The documents below `/.well-known/`."""

import pytest
from core.tests.bench import Bench, bench, signing_key

from accredit.jose import SigningKey
from accredit.keys import SigningKeys

CONFIGURATION = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.mark.parametrize("path", CONFIGURATION)
async def test_the_metadata_names_issuer_and_keys(wire: Bench, path: str) -> None:
    response = await wire.client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=300"
    assert response.headers["access-control-allow-origin"] == "*"
    protocol = "iss sub aud exp iat auth_time nonce at_hash"
    profile = "name family_name given_name middle_name nickname preferred_username profile picture website gender"
    more = "birthdate zoneinfo locale updated_at email email_verified address phone_number phone_number_verified"
    assert response.json() == {
        "issuer": "https://login.example.com/",
        "jwks_uri": "https://login.example.com/.well-known/jwks.json",
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
        "claims_supported": [*protocol.split(), *profile.split(), *more.split()],
    }


@pytest.mark.parametrize("issuer", ["https://login.example.com/tenant", "https://login.example.com/tenant/"])
async def test_the_key_address_has_one_slash_whatever_the_issuer(issuer: str) -> None:
    async with bench({"issuer": issuer}) as wire:
        document = (await wire.client.get(CONFIGURATION[0])).json()

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
