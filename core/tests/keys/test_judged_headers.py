"""A header is judged once, a signature each time: what has been seen before opens nothing."""

import base64
import json
from typing import Any

import pytest
from core.tests.jws import compact
from joserfc import jwt
from joserfc.jwk import RSAKey

from accredit.keys import SigningKeys
from accredit.keys.jose import InvalidJwt, Jwt, PublicKeys, SigningKey

CLAIMS = {"sub": "acme|1", "n": 2**70}


@pytest.fixture(scope="module", params=["RS256", "ES256", "EdDSA"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    return SigningKey.generate(request.param)


@pytest.fixture
def keys(key: SigningKey) -> PublicKeys:
    """Return the public half, which knows the header of the key's tokens already."""
    found = PublicKeys({"keys": [key.public_jwk()]})
    assert found.verify(key.sign(CLAIMS, typ="JWT"), algorithms=[key.alg]) == CLAIMS
    return found


def signed_by(key: SigningKey, header: dict[str, Any]) -> str:
    return jwt.encode(header, CLAIMS, RSAKey.import_key(key.private_jwk()), algorithms=["RS256"], default_type=None)


def test_the_next_token_is_read_as_the_first_was(key: SigningKey, keys: PublicKeys) -> None:
    for claims in (CLAIMS, {"sub": "acme|2"}, {}):
        token = key.sign(claims, typ="JWT")
        header = {"alg": key.alg, "kid": key.kid, "typ": "JWT"}
        assert keys.read(token, algorithms=[key.alg]) == Jwt(header, claims, key.public_jwk())


def test_a_known_header_does_not_carry_a_bad_signature(key: SigningKey, keys: PublicKeys) -> None:
    header, payload, signature = key.sign(CLAIMS, typ="JWT").split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"sub": "acme|2"}).encode()).rstrip(b"=").decode()
    stranger = SigningKey.generate(key.alg).sign(CLAIMS, typ="JWT").split(".")
    for other in (
        f"{header}.{forged}.{signature}",
        f"{header}.{stranger[1]}.{stranger[2]}",
        f"{header}.{payload}.{signature[:-4]}",
        f"{header}.{payload}.{signature}AAAA",
        f"{header}.{payload}.{signature}=",
        f"{header}.{payload}.",
        f"{header}..{signature}",
        f"{header}.{signature}",
        f"{header}.{payload}.{signature}.{signature}",
        f"{header}.{payload}.{payload}.{signature}",
        f"{header}.{payload}.{signature}\n",
        f"{header}.{payload}é.{signature}",
        header,
    ):
        with pytest.raises(InvalidJwt):
            keys.verify(other, algorithms=[key.alg])


@pytest.mark.parametrize("payload", [b"", b"[]", b"1", b"null", b"\xff", b"[" * 9_000])
def test_a_known_header_does_not_carry_claims_that_are_no_object(rs256: SigningKey, payload: bytes) -> None:
    keys = PublicKeys({"keys": [rs256.public_jwk()]})
    token = rs256.sign(CLAIMS, typ="JWT")
    keys.verify(token, algorithms=["RS256"])
    unsigned = f"{token.partition('.')[0]}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}"
    signature = rs256._signature_of(unsigned.encode())
    with pytest.raises(InvalidJwt):
        keys.verify(f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}", algorithms=["RS256"])


@pytest.mark.threat(6)
def test_the_algorithm_stays_pinned_by_the_caller(key: SigningKey, keys: PublicKeys) -> None:
    token = key.sign(CLAIMS, typ="JWT")
    for others in ((), tuple({"RS256", "ES256", "EdDSA"} - {key.alg})):
        with pytest.raises(InvalidJwt):
            keys.verify(token, algorithms=others)
    assert keys.verify(token, algorithms=[key.alg]) == CLAIMS


def test_a_key_that_was_taken_away_verifies_nothing_it_has_signed(rs256: SigningKey, es256: SigningKey) -> None:
    token = rs256.sign(CLAIMS, typ="at+jwt")
    both, left = SigningKeys([es256, rs256]), SigningKeys([es256])
    assert both.public.verify(token, algorithms=both.algorithms) == CLAIMS
    assert both.public.verify(token, algorithms=both.algorithms) == CLAIMS
    with pytest.raises(InvalidJwt):
        left.public.verify(token, algorithms=both.algorithms)


def test_the_key_that_the_caller_names_is_the_key_that_verifies(rs256: SigningKey) -> None:
    other = SigningKey.generate("RS256")
    keys = PublicKeys({"keys": [rs256.public_jwk(), other.public_jwk()]})
    token = signed_by(rs256, {"alg": "RS256"})
    for _ in range(2):
        assert keys.verify(token, algorithms=["RS256"], kid=rs256.kid) == CLAIMS
        with pytest.raises(InvalidJwt):
            keys.verify(token, algorithms=["RS256"], kid=other.kid)
        with pytest.raises(InvalidJwt):
            keys.verify(token, algorithms=["RS256"])


def test_only_a_plain_header_with_a_good_signature_is_remembered(rs256: SigningKey) -> None:
    keys = PublicKeys({"keys": [rs256.public_jwk()]})
    for number in range(100):
        with pytest.raises(InvalidJwt):
            keys.verify(compact({"alg": "RS256", "kid": rs256.kid, "typ": f"{number}"}, CLAIMS), algorithms=["RS256"])
    assert keys.verify(signed_by(rs256, {"alg": "RS256", "kid": rs256.kid, "x5t": "1"}), algorithms=["RS256"]) == CLAIMS
    assert not keys._judged


def test_so_many_headers_are_remembered_and_no_more() -> None:
    key = SigningKey.generate("EdDSA")
    keys = PublicKeys({"keys": [key.public_jwk()]})
    for number in range(70):
        token = key.sign(CLAIMS, typ=f"{number}")
        for _ in range(2):
            assert keys.read(token, algorithms=["EdDSA"]).header["typ"] == f"{number}"
    assert len(keys._judged) == 64


def test_a_token_longer_than_any_of_ours_is_judged_as_a_whole(rs256: SigningKey) -> None:
    keys = PublicKeys({"keys": [rs256.public_jwk()]})
    for length in (10, 20_000, 200_000):
        token = rs256.sign({"x": "x" * length}, typ="JWT")
        if length < 100_000:
            assert keys.verify(token, algorithms=["RS256"]) == {"x": "x" * length}
        else:
            with pytest.raises(InvalidJwt):
                keys.verify(token, algorithms=["RS256"])


def test_what_we_sign_is_what_joserfc_would_sign(rs256: SigningKey) -> None:
    header = {"alg": "RS256", "kid": rs256.kid, "typ": "at+jwt"}
    claims = {"sub": "acme|Zoë", "n": 2**70, "f": 1.5, "list": [1, None, True], "quoted": '"\\\n'}
    expected = jwt.encode(
        header, dict(claims), RSAKey.import_key(rs256.private_jwk()), algorithms=["RS256"], default_type=None
    )
    assert rs256.sign(claims, typ="at+jwt") == expected
