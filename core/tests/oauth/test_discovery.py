"""The documents below `/.well-known/`: complete, and each address in them answers."""

from urllib.parse import urlsplit

import pytest
from core.tests.bench import Bench, bench, signing_key
from core.tests.oauth.support import token_bench

from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey

CONFIGURATION = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
CONFIDENTIAL = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
ASSERTION_ALGORITHMS = [*RSA, "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
PROTOCOL = "iss sub aud exp iat auth_time nonce at_hash"
PROFILE = "name family_name given_name middle_name nickname preferred_username profile picture website gender"
MORE = "birthdate zoneinfo locale updated_at email email_verified address phone_number phone_number_verified"


@pytest.mark.parametrize("path", CONFIGURATION)
async def test_the_metadata_says_everything_a_client_needs(wire: Bench, path: str) -> None:
    response = await wire.client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=300"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json() == {
        "issuer": "https://login.example.com/",
        "jwks_uri": "https://login.example.com/.well-known/jwks.json",
        "nonce_endpoint": "https://login.example.com/oauth/nonce",
        "token_endpoint": "https://login.example.com/oauth/token",
        "token_endpoint_auth_methods_supported": ["none", *CONFIDENTIAL],
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "revocation_endpoint": "https://login.example.com/oauth/revoke",
        "revocation_endpoint_auth_methods_supported": ["none", *CONFIDENTIAL],
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "introspection_endpoint": "https://login.example.com/oauth/introspect",
        "introspection_endpoint_auth_methods_supported": CONFIDENTIAL,
        "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "userinfo_endpoint": "https://login.example.com/userinfo",
        "grant_types_supported": [
            "http://auth0.com/oauth/legacy/grant-type/access_token",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "refresh_token",
            "client_credentials",
        ],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
        "claims_supported": [*PROTOCOL.split(), *PROFILE.split(), *MORE.split()],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
    assert wire.events == []
    assert wire.log.lines == []


async def test_every_address_in_it_answers(wire: Bench) -> None:
    document = (await wire.client.get(CONFIGURATION[0])).json()
    addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) == 6
    for address in addresses:
        assert (await wire.client.get(urlsplit(address).path)).status_code in {200, 401, 405}


@pytest.mark.parametrize("issuer", ["https://login.example.com/tenant", "https://login.example.com/tenant/"])
async def test_addresses_have_one_slash_whatever_the_issuer(issuer: str) -> None:
    async with bench({"issuer": issuer}) as wire:
        document = (await wire.client.get(CONFIGURATION[0])).json()
        assert document["issuer"] == issuer
        assert document["token_endpoint"] == "https://login.example.com/tenant/oauth/token"
        assert document["jwks_uri"] == "https://login.example.com/tenant/.well-known/jwks.json"


@pytest.mark.parametrize("path", [*CONFIGURATION, "/.well-known/jwks.json"])
async def test_who_has_the_document_need_not_read_it_again(wire: Bench, path: str) -> None:
    tag = (await wire.client.get(path)).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        response = await wire.client.get(path, headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == tag
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.headers["access-control-allow-origin"] == "*"
    for other in ('"other"', tag.strip('"'), ""):
        response = await wire.client.get(path, headers={"If-None-Match": other})
        assert (response.status_code, response.headers["etag"]) == (200, tag)


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


async def test_other_keys_have_another_tag() -> None:
    tags = []
    for alg in ("ES256", "EdDSA"):
        async with token_bench(alg=alg) as wire:
            tags.append((await wire.client.get("/.well-known/jwks.json")).headers["etag"])
    assert len(set(tags)) == 2


@pytest.mark.parametrize("path", [*CONFIGURATION, "/.well-known/jwks.json"])
async def test_documents_are_only_read(wire: Bench, path: str) -> None:
    response = await wire.client.post(path)
    assert response.status_code == 405
    assert set(response.headers["allow"].replace(" ", "").split(",")) == {"GET", "HEAD"}
    assert (await wire.client.head(path)).status_code == 200
