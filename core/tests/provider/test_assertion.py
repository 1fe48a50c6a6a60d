"""What proves to a provider who we are: JWTs that we sign with a key of the settings."""

import base64
import json
from functools import partial
from typing import Any

import pytest
from core.tests.clock import Clock
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from accredit.errors import PluginFailed
from accredit.keys.jose import PublicKeys, SigningKey
from accredit.provider.assertion import signed
from accredit.strategy import VerifyContext

CLAIMS = {"iss": "TEAM", "aud": "https://id.acme.example", "exp": 2, "iat": 1, "name": "Zoë"}


def pem_of(key: SigningKey) -> SecretStr:
    private: Any = key._key.private_key
    return SecretStr(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.fixture(scope="module")
def rs256() -> SigningKey:
    return SigningKey.generate("RS256")


def context(clock: Clock) -> VerifyContext:
    nothing: Any = None
    return VerifyContext(nothing, nothing, nothing, clock, nothing, nothing)


def part(token: str, number: int) -> Any:
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.mark.parametrize("kind", ["es256", "rs256"])
def test_what_is_signed_is_verified_by_the_public_half(request: pytest.FixtureRequest, clock: Clock, kind: str) -> None:
    key: SigningKey = request.getfixturevalue(kind)
    sign = partial(context(clock).sign, pem_of(key), CLAIMS)
    token = sign(headers={"kid": key.kid}) if kind == "es256" else sign(algorithm="RS256", headers={"kid": key.kid})
    assert part(token, 0) == {"alg": key.alg, "typ": "JWT", "kid": key.kid}
    assert PublicKeys({"keys": [key.public_jwk()]}).verify(token, algorithms=(key.alg,)) == CLAIMS


def test_headers_are_added_and_the_type_may_be_another(es256: SigningKey) -> None:
    headers = {"x5t#S256": "abc", "typ": "client-authentication+jwt"}
    token = signed(pem_of(es256), CLAIMS, algorithm="ES256", headers=headers)
    assert part(token, 0) == {"alg": "ES256", **headers}
    assert part(signed(pem_of(es256), CLAIMS, algorithm="ES256", headers=None), 0) == {"alg": "ES256", "typ": "JWT"}


def fault(key: Any, claims: Any = CLAIMS, algorithm: Any = "ES256", headers: Any = None) -> str:
    with pytest.raises(PluginFailed) as refused:
        signed(key, claims, algorithm=algorithm, headers=headers)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "s3cret" not in refused.value.detail
    return refused.value.detail


@pytest.mark.parametrize("algorithm", ["RS256", "HS256", "none", "es256", None])
def test_the_algorithm_fits_the_key(es256: SigningKey, algorithm: Any) -> None:
    told = f"sign: the algorithm {algorithm!r} does not fit the key, which signs ES256"
    assert fault(pem_of(es256), algorithm=algorithm) == told


def test_an_rsa_key_signs_rs256_alone(rs256: SigningKey) -> None:
    assert fault(pem_of(rs256)) == "sign: the algorithm 'ES256' does not fit the key, which signs RS256"


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", None])
def test_no_header_names_another_algorithm(es256: SigningKey, alg: Any) -> None:
    assert fault(pem_of(es256), headers={"alg": alg}) == "sign: the headers name another algorithm"


@pytest.mark.parametrize("key", [SecretStr("s3cret"), SecretStr(""), "s3cret", None], ids=str)
def test_what_is_no_key_signs_nothing(key: Any) -> None:
    assert fault(key) == "sign: the key is no setting of type PrivateKey"


def test_a_key_is_not_told_by_its_text_alone(es256: SigningKey) -> None:
    assert fault(pem_of(es256).get_secret_value()) == "sign: the key is no setting of type PrivateKey"


@pytest.mark.parametrize(
    ("part_of_it", "cause"),
    [
        ({"a": SecretStr("s3cret")}, "TypeError"),
        ({"a": float("nan")}, "ValueError"),
        ({"a": "s3cret\ud800"}, "UnicodeEncodeError"),
        (None, "TypeError"),
    ],
    ids=["secret", "nan", "surrogate", "nothing"],
)
def test_json_holds_claims_and_headers(es256: SigningKey, part_of_it: Any, cause: str) -> None:
    told = f"sign: JSON cannot hold the claims or headers: {cause}"
    assert fault(pem_of(es256), claims=part_of_it) == told
    if part_of_it is not None:
        assert fault(pem_of(es256), headers=part_of_it) == told


def test_a_key_that_could_not_be_read_shows_nothing() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n"
    assert fault(SecretStr(pem)) == "sign: the key is no setting of type PrivateKey"
