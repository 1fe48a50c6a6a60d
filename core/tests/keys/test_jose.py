"""Signatures: ours, and what somebody else calls one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt as pyjwt
import pytest
from core.tests.jws import compact
from joserfc.jwk import OctKey, RSAKey

from accredit.keys.jose import InvalidJwt, PublicKeys, SigningKey, assemble, decrypt, encrypt, public_part, read_header

ALGORITHMS = ("RS256", "ES256", "EdDSA")
CLAIMS = {"sub": "acme|1", "name": "Ada", "n": 2**60}


@pytest.fixture(scope="module", params=ALGORITHMS)
def key(request: pytest.FixtureRequest) -> SigningKey:
    return SigningKey.generate(request.param)


def published(*keys: SigningKey, **changes: Any) -> PublicKeys:
    return PublicKeys({"keys": [{**key.public_jwk(), **changes} for key in keys]})


def refused(keys: PublicKeys, token: str, algorithms: tuple[str, ...] = ALGORITHMS) -> None:
    with pytest.raises(InvalidJwt) as error:
        keys.verify(token, algorithms=algorithms)
    assert token not in str(error.value)


def test_an_independent_library_verifies_what_we_sign(key: SigningKey) -> None:
    token = key.sign(CLAIMS, typ="at+jwt")
    published_key = pyjwt.PyJWK(key.public_jwk())
    assert pyjwt.decode(token, published_key.key, algorithms=[key.alg]) == CLAIMS
    assert pyjwt.get_unverified_header(token) == {"alg": key.alg, "kid": key.kid, "typ": "at+jwt"}


def test_we_verify_what_we_sign_and_nothing_else(key: SigningKey) -> None:
    token = key.sign(CLAIMS, typ="JWT")
    assert published(key).verify(token, algorithms=[key.alg]) == CLAIMS
    header, payload, signature = token.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "sub": "acme|2"}).encode()).rstrip(b"=").decode()
    for other in (
        f"{header}.{forged}.{signature}",
        f"{header}.{payload}.{signature[:-4]}",
        f"{header}.{payload}.{signature}AAAA",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        SigningKey.generate(key.alg).sign(CLAIMS, typ="JWT"),
    ):
        refused(published(key), other)


@pytest.mark.threat(6)
def test_the_algorithm_is_pinned_by_the_caller(key: SigningKey) -> None:
    token = key.sign(CLAIMS, typ="JWT")
    for others in ((), tuple(alg for alg in ALGORITHMS if alg != key.alg)):
        refused(published(key), token, others)


def test_a_published_key_has_no_private_part_and_a_private_one_is_whole(key: SigningKey) -> None:
    public, private = key.public_jwk(), key.private_jwk()
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(public)
    assert public["kid"] == key.kid
    assert (public["use"], public["alg"]) == ("sig", key.alg)
    again = SigningKey(private)
    assert (again.kid, again.alg) == (key.kid, key.alg)
    assert published(key).verify(again.sign(CLAIMS, typ="JWT"), algorithms=[key.alg]) == CLAIMS
    assert "private" not in repr(key)
    assert private["d"] not in repr(key)


@pytest.mark.parametrize(
    ("alg", "digest", "half"), [("RS256", "sha256", 16), ("ES256", "sha256", 16), ("EdDSA", "sha512", 32)]
)
def test_at_hash_is_the_left_half_of_the_algorithms_hash(alg: str, digest: str, half: int) -> None:
    expected = base64.urlsafe_b64encode(hashlib.new(digest, b"token").digest()[:half]).rstrip(b"=").decode()
    assert SigningKey.generate(alg).at_hash("token") == expected


@pytest.mark.parametrize("alg", ["HS256", "none", "RS512", ""])
def test_a_key_for_another_algorithm_is_not_made(alg: str) -> None:
    with pytest.raises(ValueError, match=f"cannot sign with {alg}"):
        SigningKey.generate(alg)


@pytest.mark.threat(6)
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", [b"", b"x"])
def test_an_unsigned_token_is_refused(rs256: SigningKey, alg: str, signature: bytes) -> None:
    token = compact({"alg": alg, "kid": rs256.kid}, CLAIMS, signature)
    refused(published(rs256), token)
    refused(published(rs256), token, (*ALGORITHMS, "none"))


def secrets_made_of(key: SigningKey) -> list[bytes]:
    public = RSAKey.import_key(key.public_jwk())
    jwk = key.public_jwk()
    modulus = base64.urlsafe_b64decode(jwk["n"] + "==")
    return [
        public.as_pem(private=False),
        public.as_pem(private=False).strip(),
        public.as_der(private=False),
        json.dumps(jwk).encode(),
        modulus,
        jwk["n"].encode(),
        b"",
        b"\0",
    ]


@pytest.mark.threat(6)
def test_the_public_key_is_no_hmac_secret(rs256: SigningKey) -> None:
    unsigned = compact({"alg": "HS256", "kid": rs256.kid}, CLAIMS).rpartition(".")[0]
    for secret in secrets_made_of(rs256):
        digest = hmac.digest(secret, unsigned.encode(), "sha256")
        token = f"{unsigned}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        refused(published(rs256), token)
        refused(published(rs256), token, (*ALGORITHMS, "HS256"))


@pytest.mark.threat(6)
def test_a_key_that_the_token_brings_itself_is_ignored(rs256: SigningKey) -> None:
    thief = RSAKey.generate_key(2048, private=True)
    pem = thief.as_pem(private=True).decode()
    for header in (
        {"kid": rs256.kid, "jwk": thief.as_dict(private=False)},
        {"kid": rs256.kid, "jku": "https://evil.example/jwks.json"},
        {"kid": rs256.kid, "x5u": "https://evil.example/cert.pem"},
        {"kid": rs256.kid, "x5c": ["MIIB"]},
        {"jwk": thief.as_dict(private=False)},
    ):
        refused(published(rs256), pyjwt.encode(CLAIMS, pem, algorithm="RS256", headers=header))


@pytest.mark.parametrize("kid", [None, "", "unknown", 1, 1.5, True, [], ["a"], {}, {"a": 1}])
def test_a_kid_that_names_no_key_is_refused(rs256: SigningKey, kid: Any) -> None:
    header = {"alg": "RS256"} if kid is None else {"alg": "RS256", "kid": kid}
    refused(published(rs256), compact(header, CLAIMS))
    assert kid not in ([] if isinstance(kid, list | dict) else [rs256.kid])


@pytest.mark.parametrize("crit", [["b64"], ["exp"], ["x"], [], "x", 5, None, [5]])
def test_a_critical_header_we_do_not_understand_is_refused(rs256: SigningKey, crit: Any) -> None:
    private = RSAKey.import_key(rs256.private_jwk()).as_pem(private=True).decode()
    headers = {"kid": rs256.kid, "crit": crit, "x": 1}
    signing_input = compact({"alg": "RS256", "typ": "JWT", **headers}, CLAIMS).rpartition(".")[0].encode()
    signature = pyjwt.get_algorithm_by_name("RS256").sign(
        signing_input, pyjwt.get_algorithm_by_name("RS256").prepare_key(private)
    )
    refused(published(rs256), f"{signing_input.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


@pytest.mark.parametrize(
    "header",
    [b"[]", b"1", b"null", b'"x"', b"{", b"", b"\xff", b"[" * 100_000, b'{"alg":NaN}', b'[["alg","RS256"]]'],
)
def test_a_header_that_is_no_object_is_refused(rs256: SigningKey, header: bytes) -> None:
    token = compact(header, CLAIMS)
    refused(published(rs256), token)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "...", "a.b.c", "é.b.c", "\ud800.b.c", "x" * 1_000_000, "." * 100_000]
)
def test_what_is_no_compact_jws_has_no_header(token: str) -> None:
    with pytest.raises(InvalidJwt):
        read_header(token)


def test_a_header_is_read_without_verifying_anything() -> None:
    assert read_header(compact({"alg": "RS256", "kid": "1", "x": 5}, b"payload")) == {
        "alg": "RS256",
        "kid": "1",
        "x": 5,
    }


@pytest.mark.parametrize("payload", [b"", b"[]", b"1", b"null", b'"x"', b"\xff", b'[["a",1]]', b"[" * 50_000])
def test_signed_claims_that_are_no_object_are_refused(rs256: SigningKey, payload: bytes) -> None:
    private = RSAKey.import_key(rs256.private_jwk()).as_pem(private=True).decode()
    token = pyjwt.PyJWS().encode(payload, private, algorithm="RS256", headers={"kid": rs256.kid})
    refused(published(rs256), token)


def test_a_key_of_one_kind_does_not_verify_another_algorithm(rs256: SigningKey, es256: SigningKey) -> None:
    keys = published(rs256, es256, SigningKey.generate("EdDSA"))
    assert len(keys) == 3
    for kid in (rs256.kid, es256.kid):
        for alg in ALGORITHMS:
            refused(keys, compact({"alg": alg, "kid": kid}, CLAIMS))


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    "change",
    [
        lambda jwk: {**jwk, "use": "enc"},
        lambda jwk: {**jwk, "use": None},
        lambda jwk: {**jwk, "use": ["sig"]},
        lambda jwk: {**jwk, "kid": 1},
        lambda jwk: {**jwk, "kid": None},
        lambda jwk: {**jwk, "kty": "oct", "k": "AAAA"},
        lambda jwk: {**jwk, "kty": "XYZ"},
        lambda jwk: {**jwk, "kty": []},
        lambda jwk: {**jwk, "kty": {}},
        lambda jwk: {**jwk, "x": 5},
        lambda jwk: {**jwk, "x": "AAAA"},
        lambda jwk: {**jwk, "x": "é"},
        lambda jwk: {**jwk, "x": "\ud800"},
        lambda jwk: {**jwk, "crv": "P-999"},
        lambda jwk: {**jwk, "crv": []},
        lambda jwk: {**jwk, "key_ops": 5},
        lambda jwk: {"kid": jwk["kid"]},
        lambda jwk: {"kid": jwk["kid"], "kty": "RSA", "n": "AQAB", "e": "AQAB"},
        lambda jwk: {"kid": jwk["kid"], "kty": "RSA", "n": "", "e": ""},
        lambda jwk: {"kid": jwk["kid"], "kty": "RSA", "n": "_" * 86, "e": "AQAB"},
        lambda jwk: {"kid": jwk["kid"], "kty": "OKP", "crv": "Ed25519", "x": "AA"},
        lambda jwk: [jwk],
        lambda jwk: "key",
        lambda jwk: None,
    ],
)
def test_a_published_key_that_cannot_be_used_is_left_out_and_the_others_stay(
    es256: SigningKey, rs256: SigningKey, change: Change
) -> None:
    keys = PublicKeys({"keys": [change(es256.public_jwk()), rs256.public_jwk()]})
    assert len(keys) == 1
    assert rs256.kid in keys
    refused(keys, es256.sign(CLAIMS, typ="JWT"))


def test_a_key_without_use_is_for_signatures(es256: SigningKey) -> None:
    jwk = es256.public_jwk()
    del jwk["use"]
    assert es256.kid in PublicKeys({"keys": [jwk]})


def test_a_symmetric_key_in_a_published_set_verifies_nothing() -> None:
    secret = OctKey.generate_key(256)
    keys = PublicKeys({"keys": [{**secret.as_dict(), "kid": "1"}]})
    assert len(keys) == 0
    token = pyjwt.encode(CLAIMS, base64.urlsafe_b64decode(f"{secret.as_dict()['k']}=="), headers={"kid": "1"})
    refused(keys, token, ("HS256",))


@pytest.mark.parametrize(
    "jwks", [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}, {"keys": []}, {"keys": [[], 1, None]}]
)
def test_a_garbage_key_set_is_an_empty_one(jwks: dict[str, Any]) -> None:
    assert len(PublicKeys(jwks)) == 0


def test_what_somebody_else_signs_is_like_what_we_sign() -> None:
    key = SigningKey.generate("EdDSA")
    ours = key.sign({**CLAIMS, "ü": [1.5, None, True]}, typ="at+jwt")
    signed: list[bytes] = []

    def signature_of(data: bytes) -> bytes:
        signed.append(data)
        return base64.urlsafe_b64decode(ours.rpartition(".")[2] + "==")

    theirs = assemble(
        {**CLAIMS, "ü": [1.5, None, True]}, alg="EdDSA", kid=key.kid, typ="at+jwt", signature_of=signature_of
    )
    assert read_header(theirs) == {"alg": "EdDSA", "kid": key.kid, "typ": "at+jwt"}
    assert signed == [theirs.rpartition(".")[0].encode()]
    assert theirs.rpartition(".")[2] == ours.rpartition(".")[2]
    payload = theirs.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == {**CLAIMS, "ü": [1.5, None, True]}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_signed(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        assemble({"a": value}, alg="ES256", kid="1", typ="JWT", signature_of=lambda _: b"")


def test_a_public_part_is_published_under_our_names(key: SigningKey) -> None:
    public = {**key.public_jwk(), "alg": "other", "kid": "other", "use": "enc"}
    del public["use"], public["alg"]
    assert public_part(public, alg=key.alg, kid="mine") == {**key.public_jwk(), "kid": "mine"}


@pytest.mark.parametrize("alg", ["HS256", "none", "RS512", ""])
def test_a_public_part_has_one_of_our_algorithms(rs256: SigningKey, alg: str) -> None:
    with pytest.raises(ValueError, match="not a "):
        public_part({**rs256.public_jwk(), "alg": alg}, alg=alg, kid="1")


def test_a_private_or_symmetric_key_is_no_public_part(key: SigningKey) -> None:
    for jwk in (key.private_jwk(), {"kty": "oct", "k": "AAECAwQFBgcICQoLDA0ODw"}, {}, {"kty": "RSA"}):
        with pytest.raises(ValueError, match="not a "):
            public_part(jwk, alg=key.alg, kid="1")


def test_what_was_encrypted_for_one_place_is_not_read_in_another() -> None:
    token = encrypt(b"plain", b"1" * 32, cty="one")
    with pytest.raises(InvalidJwt):
        decrypt(token, b"1" * 32, cty="two")


def test_what_is_encrypted_is_read_with_its_key_and_no_other() -> None:
    token = encrypt(b"plain", b"1" * 32, cty="text")
    assert decrypt(token, b"1" * 32, cty="text") == b"plain"
    assert b"plain" not in token.encode()
    assert encrypt(b"plain", b"1" * 32, cty="text") != token
    header, empty, nonce, ciphertext, tag = token.split(".")
    assert empty == ""
    for other, key in (
        (token, b"2" * 32),
        (f"{header}..{nonce}.{ciphertext}.{tag[:-2]}", b"1" * 32),
        (f"{header}..{nonce}.{ciphertext}A.{tag}", b"1" * 32),
        (f"{header}..{ciphertext}.{nonce}.{tag}", b"1" * 32),
        (f"{header}..{nonce}.{ciphertext}", b"1" * 32),
        ("", b"1" * 32),
        ("a.b.c.d.e", b"1" * 32),
    ):
        with pytest.raises(InvalidJwt):
            decrypt(other, key, cty="text")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "dir", "enc": "A128GCM"},
        {"alg": "A256KW", "enc": "A256GCM"},
        {"alg": "dir", "enc": "A128CBC-HS256"},
        {"alg": "dir", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "dir", "enc": "A256GCM", "crit": ["x"], "x": 1},
        {"alg": "none"},
        {},
    ],
)
def test_nothing_is_decrypted_by_an_algorithm_of_the_texts_own_choice(header: dict[str, Any]) -> None:
    _, _, *rest = encrypt(b"plain", b"1" * 32, cty="text").split(".")
    first = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidJwt):
        decrypt(".".join([first, "", *rest]), b"1" * 32, cty="text")


def test_no_name_of_a_key_begins_with_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    generate = SigningKey._generate
    names = iter(["-first", "-second"])

    def dashed(alg: str) -> SigningKey:
        key = generate(alg)
        name = next(names, None)
        return key if name is None else SigningKey({**key.private_jwk(), "kid": name})

    monkeypatch.setattr(SigningKey, "_generate", dashed)
    assert not SigningKey.generate("EdDSA").kid.startswith("-")
    assert next(names, None) is None
