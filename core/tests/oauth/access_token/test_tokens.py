"""What our tokens say, read the way a client reads them."""

import base64
import hashlib
from typing import Any

import jwt
import pytest
from core.tests.acme import ADA
from core.tests.bench import EVERYTHING, NOW, Bench, bench
from core.tests.oauth.access_token.verifier import verified

ID_TOKEN = {"iss", "sub", "aud", "exp", "iat", "auth_time", "at_hash", "sid"}
PROFILE = {"name": "Ada Lovelace", "given_name": "Ada", "picture": "https://acme.example/ada.png"}
EMAIL = {"email": "ada@example.com", "email_verified": False}
ADDRESS = {"address": {"formatted": "London"}}


async def _id_token(wire: Bench, scope: str = EVERYTHING, **parameters: Any) -> dict[str, Any]:
    response = await wire.post(scope=scope, **parameters)
    return await verified(wire, response.json()["id_token"], audience="app")


async def test_the_access_token_is_that_of_rfc_9068(wire: Bench) -> None:
    token = (await wire.post(scope="openid read:orders")).json()["access_token"]
    claims = await verified(wire, token, audience="https://login.example.com/")

    header = jwt.get_unverified_header(token)
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert set(header) == {"typ", "alg", "kid"}
    jti, sid = claims.pop("jti"), claims.pop("sid")
    assert [sid] == list(wire.storage.kept)
    assert claims == {
        "iss": "https://login.example.com/",
        "sub": "acme|1000",
        "aud": "https://login.example.com/",
        "exp": NOW + 86_400,
        "iat": NOW,
        "client_id": "app",
        "scope": "openid read:orders",
    }
    other = (await wire.post()).json()["access_token"]
    assert jti != (await verified(wire, other, audience="https://login.example.com/"))["jti"]


async def test_the_access_token_is_for_the_audience_asked_for(wire: Bench) -> None:
    body = (await wire.post(scope="openid", audience="https://api.example.com")).json()

    assert (await verified(wire, body["access_token"], audience="https://api.example.com"))["sub"] == "acme|1000"
    assert (await verified(wire, body["id_token"], audience="app"))["sub"] == "acme|1000"
    with pytest.raises(jwt.InvalidAudienceError):
        await verified(wire, body["access_token"], audience="https://login.example.com/")


async def test_the_id_token_says_who_for_whom_and_when(wire: Bench) -> None:
    body = (await wire.post(scope="openid")).json()
    claims = await verified(wire, body["id_token"], audience="app")

    half = hashlib.sha256(body["access_token"].encode()).digest()[:16]
    assert jwt.get_unverified_header(body["id_token"])["typ"] == "JWT"
    assert claims == {
        "iss": "https://login.example.com/",
        "sub": "acme|1000",
        "aud": "app",
        "exp": NOW + 36_000,
        "iat": NOW,
        "auth_time": NOW,
        "sid": next(iter(wire.storage.kept)),
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        ("openid", {}),
        ("openid profile", PROFILE),
        ("openid email", EMAIL),
        ("openid address", ADDRESS),
        ("openid phone", {}),
        ("openid profile email address", {**PROFILE, **EMAIL, **ADDRESS}),
    ],
)
async def test_each_scope_opens_its_claims_and_no_others(wire: Bench, scope: str, opened: dict[str, Any]) -> None:
    claims = await _id_token(wire, scope)

    assert {name: value for name, value in claims.items() if name not in ID_TOKEN} == opened


async def test_what_the_provider_did_not_state_is_absent(wire: Bench) -> None:
    wire.provider.people["bare-token"] = {"id": "9", "app": "acme-app"}

    assert set(await _id_token(wire, access_token="bare-token")) == ID_TOKEN


async def test_the_nonce_comes_back_in_the_id_token_only(wire: Bench) -> None:
    body = (await wire.post(scope="openid", nonce="n-0S6")).json()

    assert (await verified(wire, body["id_token"], audience="app"))["nonce"] == "n-0S6"
    assert "nonce" not in await verified(wire, body["access_token"], audience="https://login.example.com/")
    assert "nonce" not in body


@pytest.mark.parametrize(
    "issuer", ["https://login.example.com", "https://login.example.com/", "https://example.com/a/"]
)
async def test_iss_is_the_configured_issuer_letter_for_letter(issuer: str) -> None:
    async with bench({"issuer": issuer}) as wire:
        body = (await wire.post(scope="openid")).json()

        assert (await verified(wire, body["id_token"], audience="app", issuer=issuer))["iss"] == issuer
        assert (await verified(wire, body["access_token"], audience=issuer, issuer=issuer))["aud"] == issuer


async def test_lifetimes_are_the_configured_ones() -> None:
    async with bench({"tokens": {"access_ttl_s": 60, "id_ttl_s": 30}}) as wire:
        wire.clock.now = NOW + 0.9
        body = (await wire.post(scope="openid")).json()

        access = await verified(wire, body["access_token"], audience="https://login.example.com/")
        id_token = await verified(wire, body["id_token"], audience="app")
        assert (access["iat"], access["exp"], id_token["iat"], id_token["exp"]) == (NOW, NOW + 60, NOW, NOW + 30)


@pytest.mark.parametrize(
    ("alg", "hasher"), [("RS256", hashlib.sha256), ("ES256", hashlib.sha256), ("EdDSA", hashlib.sha512)]
)
async def test_each_algorithm_verifies_with_an_independent_library(alg: str, hasher: Any) -> None:
    async with bench(alg=alg) as wire:
        body = (await wire.post(scope="openid")).json()
        claims = await verified(wire, body["id_token"], audience="app")
        digest = hasher(body["access_token"].encode()).digest()
        [key] = (await wire.client.get("/.well-known/jwks.json")).json()["keys"]

        assert claims["at_hash"] == base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
        assert jwt.get_unverified_header(body["access_token"])["alg"] == key["alg"] == alg
        assert (key["use"], key["kid"]) == ("sig", jwt.get_unverified_header(body["id_token"])["kid"])
        assert key.keys().isdisjoint({"d", "p", "q", "dp", "dq", "qi", "k"})

        payload, signature = body["id_token"].rsplit(".", 1)
        forged = f"{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
        with pytest.raises(jwt.InvalidSignatureError):
            await verified(wire, forged, audience="app")


async def test_a_trusted_connection_asserts_the_address() -> None:
    async with bench({"connections": {"acme": {"trust_email": True}}}) as wire:
        assert (await _id_token(wire))["email_verified"] is True


async def test_a_name_with_half_an_emoji_does_not_cost_the_login(wire: Bench) -> None:
    # Providers cut names by UTF-16 units; JSON then holds half a surrogate pair.
    wire.provider.people["good-token"] = {**ADA, "name": "Ada \ud83d"}

    claims = await _id_token(wire)

    assert claims["name"].startswith("Ada")


async def test_fallbacks_are_off_unless_switched_on(wire: Bench) -> None:
    wire.provider.people["good-token"] = {**ADA, "picture": None}

    assert {"nickname", "picture"}.isdisjoint(await _id_token(wire))


async def test_fallbacks_fill_what_is_missing_and_nothing_else() -> None:
    async with bench({"compatibility": {"auth0_profile_fallbacks": True}}) as wire:
        digest = hashlib.md5(b"ada@example.com", usedforsecurity=False).hexdigest()
        complete = await _id_token(wire)
        assert (complete["nickname"], complete["picture"]) == ("ada", ADA["picture"])

        wire.provider.people["good-token"] = {**ADA, "picture": None, "email": "Ada@Example.com"}
        without_picture = await _id_token(wire)
        avatar = "https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fad.png"
        assert without_picture["picture"] == f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d={avatar}"
        assert without_picture["nickname"] == "Ada"

        wire.provider.people["good-token"] = {**ADA, "picture": None, "email": None}
        assert {"nickname", "picture"}.isdisjoint(await _id_token(wire))

        wire.provider.people["good-token"] = ADA
        assert {"nickname", "picture"}.isdisjoint(await _id_token(wire, "openid email"))
