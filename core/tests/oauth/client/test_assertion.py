"""`private_key_jwt`: one refusal for each thing an assertion must be. Source: RFC 7523 section 3."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from authlib.common.encoding import to_unicode
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from core.tests.bench import ISSUER, NOW, Bench, assert_refused
from core.tests.oauth.support import CLIENT_ERROR, ask, assertion_key, the_line, token_bench

from accredit import ConfigurationError
from accredit.keys.jose import SigningKey

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINT = f"{ISSUER}oauth/token"
OTHER_ENDPOINTS = [f"{ISSUER}{path}" for path in ("oauth/revoke", "oauth/introspect", "oauth/access_token")]
GOOD = {"iss": "signer", "sub": "signer", "aud": ENDPOINT, "exp": NOW + 60, "iat": NOW, "jti": "1"}


def assertion(key: SigningKey | None = None, typ: str = "JWT", **changed: Any) -> str:
    claims = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return (key or assertion_key()).sign(claims, typ=typ)


async def present(wire: Bench, token: str, **parameters: Any) -> httpx.Response:
    sent = {"client_assertion": token, "client_assertion_type": TYPE, **parameters}
    return await ask(wire, grant_type="client_credentials", **sent)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": ISSUER},
        {"aud": [ISSUER]},
        {"aud": [ISSUER, ENDPOINT]},
        {"iat": None},
        {"iat": NOW + 60},
        {"nbf": NOW + 60},
        {"exp": NOW + 1},
        {"exp": NOW + 3660},
        {"jti": "x" * 256},
        {"extra": {"deep": [1]}},
    ],
    ids=str,
)
async def test_a_good_assertion_is_accepted(wire: Bench, changed: dict[str, Any]) -> None:
    response = await present(wire, assertion(**changed))

    assert response.status_code == 200, response.text
    assert the_line(wire)["client_id"] == "signer"


async def test_client_id_may_stand_beside_it(wire: Bench) -> None:
    assert (await present(wire, assertion(), client_id="signer")).status_code == 200


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"iss": "svc"}, "iss or sub is not the client"),
        ({"iss": None}, "iss or sub is not the client"),
        ({"aud": None}, "aud is not us alone"),
        ({"aud": "https://other.example.com/"}, "aud is not us alone"),
        ({"aud": ISSUER.rstrip("/")}, "aud is not us alone"),
        ({"aud": []}, "aud is not us alone"),
        ({"aud": [ISSUER, "https://other.example.com/"]}, "aud is not us alone"),
        ({"aud": [[ISSUER]]}, "aud is not us alone"),
        # The other endpoints' addresses are none of our names: what is meant for one of them is good everywhere.
        *(({"aud": address}, "aud is not us alone") for address in OTHER_ENDPOINTS),
        ({"aud": [ENDPOINT, OTHER_ENDPOINTS[0]]}, "aud is not us alone"),
        ({"exp": None}, "exp is missing or no integer"),
        ({"exp": True}, "exp is missing or no integer"),
        ({"exp": str(NOW + 60)}, "exp is missing or no integer"),
        ({"exp": NOW + 60.5}, "exp is missing or no integer"),
        ({"exp": NOW}, "it has expired"),
        ({"exp": NOW - 1}, "it has expired"),
        ({"exp": NOW + 3661}, "exp is too far ahead"),
        ({"iat": NOW + 61}, "iat is no integer or lies in the future"),
        ({"iat": "now"}, "iat is no integer or lies in the future"),
        ({"nbf": NOW + 61}, "nbf is no integer or lies in the future"),
        ({"jti": None}, "jti is missing"),
        ({"jti": ""}, "jti is missing"),
        ({"jti": 7}, "jti is missing"),
        ({"jti": "x" * 257}, "jti is missing"),
    ],
    ids=str,
)
async def test_an_assertion_that_is_wrong_in_one_way_is_refused(
    wire: Bench, changed: dict[str, Any], detail: str
) -> None:
    response = await present(wire, assertion(**changed))

    assert_refused(response, *CLIENT_ERROR)
    assert "www-authenticate" not in response.headers
    assert the_line(wire)["detail"] == f"assertion: {detail}"


async def test_it_is_accepted_once(wire: Bench) -> None:
    token = assertion()

    assert (await present(wire, token)).status_code == 200
    wire.log.lines.clear()
    assert_refused(await present(wire, token), *CLIENT_ERROR)
    assert the_line(wire)["detail"] == "assertion: used before"
    assert_refused(await present(wire, assertion(exp=NOW + 30)), *CLIENT_ERROR)
    assert (await present(wire, assertion(jti="2"))).status_code == 200


async def test_of_many_at_once_one_is_accepted(wire: Bench) -> None:
    token = assertion()
    answers = await asyncio.gather(*(present(wire, token) for _ in range(50)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49


async def test_a_forged_one_does_not_use_up_the_id_of_a_good_one(wire: Bench) -> None:
    assert_refused(await present(wire, assertion(SigningKey.generate("ES256"))), *CLIENT_ERROR)
    assert_refused(await present(wire, assertion(aud="x")), *CLIENT_ERROR)

    assert (await present(wire, assertion())).status_code == 200


async def test_one_clients_id_is_not_anothers() -> None:
    twin = {"jwks": {"keys": [assertion_key("EdDSA").public_jwk()]}, "scopes": ["read:orders"]}
    async with token_bench({"clients": {"twin": twin}}) as wire:
        assert (await present(wire, assertion())).status_code == 200
        response = await present(wire, assertion(assertion_key("EdDSA"), iss="twin", sub="twin"))
        assert response.status_code == 200
        # Signed by a neighbour.
        assert_refused(await present(wire, assertion(iss="twin", sub="twin", jti="3")), *CLIENT_ERROR)


def _truncated(token: str) -> str:
    return token[:-1]


def _resigned(token: str) -> str:
    claims = token.split(".")[1]
    return f"{token.split('.')[0]}.{claims}.{token.split('.')[2][::-1]}"


def _without_signature(token: str) -> str:
    return jwt.encode(GOOD, "", algorithm="none")


def _by_a_mac(token: str) -> str:
    public = assertion_key().public_jwk()
    return jwt.encode(GOOD, public["x"] * 2, algorithm="HS256", headers={"kid": public["kid"]})


def _of_another_kid(token: str) -> str:
    key = assertion_key().private_jwk()
    return SigningKey({**key, "kid": "other"}).sign(GOOD, typ="JWT")


@pytest.mark.parametrize("change", [_truncated, _resigned, _without_signature, _by_a_mac, _of_another_kid])
async def test_a_bad_signature_is_refused(wire: Bench, change: Any) -> None:
    assert_refused(await present(wire, change(assertion())), *CLIENT_ERROR)
    assert the_line(wire)["detail"].startswith("assertion: not a good JWT")


@pytest.mark.parametrize("token", ["x", "a.b", "a.b.c", "..", "eyJ.W10.x", "e30.e30.e30", "é.é.é", "a" * 16_384])
async def test_what_is_no_jwt_is_refused(wire: Bench, token: str) -> None:
    assert_refused(await present(wire, token), *CLIENT_ERROR)


@pytest.mark.parametrize("subject", [None, "", 7, ["signer"], "nobody"])
async def test_an_assertion_of_nobody_we_know_is_refused(wire: Bench, subject: object) -> None:
    assert_refused(await present(wire, assertion(sub=subject)), *CLIENT_ERROR)


@pytest.mark.parametrize("kind", [None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", TYPE.upper()])
async def test_an_assertion_of_another_type_is_refused(wire: Bench, kind: str | None) -> None:
    assert_refused(await present(wire, assertion(), client_assertion_type=kind), *CLIENT_ERROR)


async def test_a_type_without_an_assertion_is_refused(wire: Bench) -> None:
    response = await ask(wire, grant_type="client_credentials", client_assertion_type=TYPE, client_id="signer")

    assert_refused(response, *CLIENT_ERROR)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
async def test_authlibs_assertion_is_accepted(alg: str) -> None:
    key = assertion_key(alg)
    jwks = {"keys": [{name: value for name, value in key.public_jwk().items() if name != "kid"}]}
    async with token_bench({"clients": {"native": {"jwks": jwks, "scopes": ["read:orders"]}}}) as wire:
        # Authlib sends no kid, and an exp an hour ahead.
        private = {name: value for name, value in key.private_jwk().items() if name not in {"kid", "use", "alg"}}
        signed = private_key_jwt_sign(private, client_id="native", token_endpoint=ENDPOINT, alg=alg, issued_at=NOW)
        token = to_unicode(signed)  # Authlib 1.6 returns bytes
        assert "kid" not in jwt.get_unverified_header(token)
        assert (await present(wire, token)).status_code == 200


async def test_of_two_keys_the_one_named_by_kid_is_used() -> None:
    new, old = assertion_key("ES256"), assertion_key("RS256")
    async with token_bench({"clients": {"signer": {"jwks": {"keys": [new.public_jwk(), old.public_jwk()]}}}}) as wire:
        assert (await present(wire, assertion(new))).status_code == 200
        assert (await present(wire, assertion(old, jti="2"))).status_code == 200
        unnamed = jwt.encode({**GOOD, "jti": "3"}, jwt.PyJWK(new.private_jwk()).key, algorithm="ES256")
        assert_refused(await present(wire, unnamed), *CLIENT_ERROR)


async def test_an_algorithm_that_the_key_was_not_made_for_is_refused() -> None:
    key = assertion_key("RS256")
    async with token_bench({"clients": {"signer": {"jwks": {"keys": [key.public_jwk()]}}}}) as wire:
        other = jwt.encode(GOOD, jwt.PyJWK(key.private_jwk()).key, algorithm="PS256", headers={"kid": key.kid})
        assert_refused(await present(wire, other), *CLIENT_ERROR)
        assert (await present(wire, assertion(key))).status_code == 200


async def test_keys_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [assertion_key().public_jwk()]}), "utf-8")
    async with token_bench({"clients": {"signer": {"jwks": None, "jwks_path": str(path)}}}) as wire:
        assert (await present(wire, assertion())).status_code == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "client 'signer': jwks_path: cannot read"),
        ("{", "is no JSON"),
        ("[]", "client 'signer': jwks holds no keys"),
    ],
)
async def test_a_file_that_cannot_be_used_stops_the_start(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_text(content, "utf-8")

    with pytest.raises(ConfigurationError, match=message):
        async with token_bench({"clients": {"signer": {"jwks": None, "jwks_path": str(path)}}}):
            pass


def _weak() -> dict[str, Any]:
    return {"kty": "RSA", "e": "AQAB", "n": "u" * 171}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ([], "holds no keys"),
        (["x"], "holds no keys"),
        ([assertion_key().private_jwk()], "private or symmetric"),
        ([{"kty": "oct", "k": "c2VjcmV0"}], "private or symmetric"),
        ([_weak()], "less than 2048 bits"),
        ([{"kty": "RSA", "e": "AQAB"}], "less than 2048 bits"),
        ([{**assertion_key().public_jwk(), "alg": "HS256"}], "no assertion may be signed with"),
        ([{**assertion_key().public_jwk(), "alg": "RS256"}], "no assertion may be signed with"),
        ([{"kty": "EC", "crv": "secp256k1"}], "no assertion may be signed with"),
        ([{"kty": "EC", "crv": "P-256"}], "cannot be read"),
        ([{**assertion_key().public_jwk(), "use": "enc"}], "cannot be read"),
        ([assertion_key().public_jwk()] * 2, "two of one kid"),
    ],
)
async def test_keys_that_cannot_be_used_stop_the_start(keys: list[Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"client 'signer': jwks .*{message}"):
        async with token_bench({"clients": {"signer": {"jwks": {"keys": keys}}}}):
            pass
