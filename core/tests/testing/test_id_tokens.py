"""The issuer of simulated providers signs good tokens, and every bad one that is asked for."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest

from accredit.keys.jose import InvalidJwt, PublicKeys, SigningKey
from accredit.testing import IdTokenIssuer, Person, person
from accredit.testing.simulator.forgery import public_pem

pytestmark = pytest.mark.slow

NOW = 1_800_000_000
ADA = person("ada")


def make_claims(one: Person, now: int) -> dict[str, Any]:
    return {"sub": str(one.number), "iat": now, "exp": now + 60, "email": one.email}


@pytest.fixture
def issuer() -> IdTokenIssuer:
    return IdTokenIssuer(lambda: NOW + 0.9, make_claims)


def published(issuer: IdTokenIssuer) -> dict[str, Any]:
    return dict(json.loads(bytes(issuer.jwks_response().body)))


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, payload, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(header), json.loads(payload), signature


def test_a_token_says_what_is_due_now_and_verifies_with_the_published_key(issuer: IdTokenIssuer) -> None:
    claims = {"sub": "1000000000000001", "iat": NOW, "exp": NOW + 60, "email": "ada@example.com"}
    assert issuer.claims(ADA) == claims
    assert PublicKeys(published(issuer)).verify(issuer.mint(ADA), algorithms=["RS256"]) == claims
    assert "email" not in issuer.claims(person("grace"))


def test_changes_replace_and_remove_claims(issuer: IdTokenIssuer) -> None:
    changes: dict[str, object] = {"sub": 7, "email": None, "extra": ["x"]}
    assert parts(issuer.mint(ADA, changes=changes))[1] == {"sub": 7, "iat": NOW, "exp": NOW + 60, "extra": ["x"]}


def test_a_changed_header_is_signed_as_well_as_an_unchanged_one(issuer: IdTokenIssuer) -> None:
    token = issuer.mint(ADA, header={"typ": None, "x": "y"})
    kid = issuer.keys[0].kid
    assert parts(token)[0] == {"alg": "RS256", "kid": kid, "x": "y"}
    key = jwt.PyJWK(published(issuer)["keys"][0])
    assert jwt.decode(token, key, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}) == (
        issuer.claims(ADA)
    )


def test_alg_none_has_no_signature(issuer: IdTokenIssuer) -> None:
    for name in ("none", "None", "NONE"):
        header, _, signature = parts(issuer.mint(ADA, header={"alg": name}))
        assert (header["alg"], signature) == (name, b"")


@pytest.mark.parametrize(("alg", "digest"), [("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")])
def test_an_hmac_has_the_public_key_for_its_secret(issuer: IdTokenIssuer, alg: str, digest: str) -> None:
    token = issuer.mint(ADA, header={"alg": alg})
    signed, _, _ = token.rpartition(".")
    secret = public_pem(published(issuer)["keys"][0])
    assert parts(token)[2] == hmac.new(secret, signed.encode(), getattr(hashlib, digest)).digest()


def test_the_public_key_is_the_same_as_pem(issuer: IdTokenIssuer) -> None:
    [jwk] = published(issuer)["keys"]
    pem = public_pem(jwk).decode()
    assert jwt.decode(issuer.mint(ADA), pem, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False})
    assert not {"d", "p", "q", "dp", "dq", "qi"} & jwk.keys()


def test_another_key_can_sign_under_our_name(issuer: IdTokenIssuer) -> None:
    stranger = SigningKey.generate("RS256")
    assert parts(issuer.mint(ADA, key=stranger))[0]["kid"] == stranger.kid
    token = issuer.mint(ADA, key=stranger, header={"kid": issuer.keys[0].kid})
    with pytest.raises(InvalidJwt, match="BadSignature"):
        PublicKeys(published(issuer)).verify(token, algorithms=["RS256"])


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_every_algorithm_of_ours_is_signed_and_published_whatever_the_header_says(algorithm: str) -> None:
    issuer = IdTokenIssuer(lambda: NOW, make_claims, algorithm=algorithm)
    for header in (None, {"typ": None, "cty": "x"}):
        token = issuer.mint(ADA, header=header)
        assert PublicKeys(published(issuer)).verify(token, algorithms=[algorithm]) == issuer.claims(ADA)
    issuer.rotate()
    assert [key["alg"] for key in published(issuer)["keys"]] == [algorithm, algorithm]
    assert issuer.stranger().alg == algorithm
    stranger = issuer.mint(ADA, key=issuer.stranger(), header={"kid": issuer.keys[0].kid})
    with pytest.raises(InvalidJwt, match="BadSignature"):
        PublicKeys(published(issuer)).verify(stranger, algorithms=[algorithm])


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_key_on_a_curve_is_the_same_as_pem(algorithm: str) -> None:
    issuer = IdTokenIssuer(lambda: NOW, make_claims, algorithm=algorithm)
    pem = public_pem(published(issuer)["keys"][0]).decode()
    options: Any = {"verify_exp": False, "verify_iat": False}
    assert jwt.decode(issuer.mint(ADA), pem, algorithms=[algorithm], options=options) == issuer.claims(ADA)


def test_a_secret_signs_where_there_is_one_and_publishes_nothing() -> None:
    issuer = IdTokenIssuer(lambda: NOW, make_claims, secret="a-secret-of-the-settings-not-real")
    signed, _, _ = (token := issuer.mint(ADA)).rpartition(".")
    header, claims, signature = parts(token)
    assert (header, claims) == ({"alg": "HS256", "typ": "JWT"}, issuer.claims(ADA))
    assert signature == hmac.digest(b"a-secret-of-the-settings-not-real", signed.encode(), "sha256")
    assert (issuer.algorithm, issuer.keys, published(issuer)) == ("HS256", (), {"keys": []})
    assert parts(issuer.mint(ADA, key="another secret"))[2] != signature
    assert parts(issuer.mint(ADA, key=""))[2] == hmac.digest(b"", signed.encode(), "sha256")
    assert issuer.stranger().alg == "RS256"
    with pytest.raises(ValueError, match="no keys to rotate"):
        issuer.rotate()
    with pytest.raises(ValueError, match="no key can take its place"):
        issuer.sign_with(issuer.stranger())


def test_a_key_can_be_given_and_is_the_only_one_published(issuer: IdTokenIssuer) -> None:
    issuer.mint(ADA)
    issuer.sign_with(given := issuer.stranger())
    assert [key["kid"] for key in published(issuer)["keys"]] == [given.kid]
    assert parts(issuer.mint(ADA))[0]["kid"] == given.kid


def test_rotation_publishes_the_new_key_and_the_one_before_it(issuer: IdTokenIssuer) -> None:
    first = issuer.mint(ADA)
    assert len(published(issuer)["keys"]) == 1
    issuer.rotate()
    second = issuer.mint(ADA)
    assert [key["kid"] for key in published(issuer)["keys"]] == [parts(one)[0]["kid"] for one in (second, first)]
    issuer.rotate()
    kids = [key["kid"] for key in published(issuer)["keys"]]
    assert (len(kids), kids[1]) == (2, parts(second)[0]["kid"])


def test_the_key_set_says_how_long_it_may_be_kept(issuer: IdTokenIssuer) -> None:
    assert issuer.jwks_response().headers["cache-control"] == "public, max-age=3600"
    issuer.max_age_s = 5
    assert issuer.jwks_response().headers["cache-control"] == "public, max-age=5"
    strict = IdTokenIssuer(lambda: NOW, make_claims, max_age_s=1, directives=("public", "must-revalidate"))
    assert strict.jwks_response().headers["cache-control"] == "public, max-age=1, must-revalidate"


def test_keys_can_be_down_and_up_again(issuer: IdTokenIssuer) -> None:
    issuer.keys_down = True
    assert issuer.jwks_response().status_code == 503
    assert issuer.mint(ADA)  # who has a key signs on
    issuer.keys_down = False
    assert issuer.jwks_response().status_code == 200


def test_a_shared_key_is_one_for_its_name_and_takes_no_others_place() -> None:
    first, second, other = (IdTokenIssuer(lambda: NOW, make_claims) for _ in range(3))
    first.share_key("acme")
    second.share_key("acme")
    other.share_key("globex")
    assert first.keys == second.keys != other.keys
    before = first.keys
    first.share_key("globex")
    assert first.keys == before
    first.rotate()
    assert first.keys[1:] == before
    assert second.keys == before
