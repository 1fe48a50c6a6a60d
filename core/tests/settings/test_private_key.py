"""Private keys in settings: how they may be written, and what is refused without being shown."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import SecretStr, ValidationError

from accredit.keys.jose import SigningKey
from accredit.settings import ConnectionSettings, EcPrivateKey, PrivateKey, RsaPrivateKey
from accredit.settings.load import load_settings, settings_from
from accredit.settings.private_key import read_private_key

ISSUER = "https://login.example.com/"
NO_KEY = "is neither a private key in PEM or as a JWK, nor the path of a file that can be read"
VARIABLE = "ACCREDIT_CONNECTIONS__ACME__PRIVATE_KEY"


class Settings(ConnectionSettings):
    private_key: PrivateKey


class OnlyEc(ConnectionSettings):
    private_key: EcPrivateKey


class OnlyRsa(ConnectionSettings):
    private_key: RsaPrivateKey


def pem(key: Any, form: PrivateFormat = PrivateFormat.PKCS8, password: bytes | None = None) -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return str(key.private_bytes(Encoding.PEM, form, encryption).decode())


EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
P256 = pem(EC)
RSA_2048 = pem(RSA)


def read(value: object, kind: type[ConnectionSettings] = Settings) -> str:
    key: SecretStr = vars(kind.model_validate({"private_key": value}))["private_key"]
    return key.get_secret_value()


def refusal(value: object, kind: type[ConnectionSettings] = Settings) -> str:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate({"private_key": value})
    (error,) = refused.value.errors()
    assert len(str(value)) < 2 or str(value)[:40] not in str(refused.value)
    return str(error["msg"]).removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("text", "algorithm"),
    [
        (P256, "ES256"),
        (pem(EC, PrivateFormat.TraditionalOpenSSL), "ES256"),
        (RSA_2048, "RS256"),
        (pem(RSA, PrivateFormat.TraditionalOpenSSL), "RS256"),
    ],
    ids=["PKCS#8 EC", "SEC 1", "PKCS#8 RSA", "PKCS#1"],
)
@pytest.mark.parametrize("form", ["lines", "carriage returns", "without the last break", "escaped"])
def test_a_key_is_written_in_pem(text: str, algorithm: str, form: str) -> None:
    written = {
        "lines": text,
        "carriage returns": text.replace("\n", "\r\n"),
        "without the last break": text.strip(),
        "escaped": text.replace("\n", "\\n"),
    }[form]
    assert read_private_key(read(written)).algorithm == algorithm


def test_a_key_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "AuthKey_1.p8"
    file.write_text(P256, "ascii")
    assert read(str(file)) == P256.strip()


def test_a_key_is_shown_nowhere() -> None:
    settings = Settings.model_validate({"private_key": P256})
    shown = f"{settings!r}{settings}{settings.model_dump_json()}{settings.model_dump()}"
    assert "PRIVATE" not in shown
    assert P256.splitlines()[1] not in shown


def test_a_relative_path_begins_at_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "key.p8").write_text(P256, "ascii")
    file = tmp_path / "accredit.toml"
    file.write_text(f'issuer = "{ISSUER}"\n[connections.acme]\nprivate_key = "key.p8"\nother = "key.p8"\n', "utf-8")
    table = load_settings(file, environ={}).connections["acme"]
    assert dict(table) == {"private_key": str(tmp_path / "key.p8"), "other": "key.p8"}
    assert read(table["private_key"]) == P256.strip()
    tables = {"issuer": ISSUER, "connections": {"acme": {"notice_private_key": "key.p8", "private_key": P256}}}
    settings = settings_from(tables, folder=tmp_path, environ={})
    assert settings.connections["acme"]["notice_private_key"] == str(tmp_path / "key.p8")
    assert settings.connections["acme"]["private_key"] == P256


def test_a_key_may_stand_in_the_environment_and_in_a_folder_of_secrets(tmp_path: Path) -> None:
    by_variable = load_settings(environ={"ACCREDIT_ISSUER": ISSUER, VARIABLE: P256.replace("\n", "\\n")})
    assert read_private_key(read(by_variable.connections["acme"]["private_key"])).algorithm == "ES256"
    (tmp_path / VARIABLE).write_text(P256, "ascii")
    by_folder = load_settings(environ={"ACCREDIT_ISSUER": ISSUER, "ACCREDIT_SECRETS": str(tmp_path)})
    assert read_private_key(read(by_folder.connections["acme"]["private_key"])).algorithm == "ES256"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (pem(ec.generate_private_key(ec.SECP384R1())), "is an EC key on another curve than P-256"),
        (pem(ec.generate_private_key(ec.SECP256K1())), "is an EC key on another curve than P-256"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "is neither an RSA key nor an EC key on P-256"),
        (pem(rsa.generate_private_key(65537, 2047)), "is an RSA key of less than 2048 bits"),  # noqa: S505 - what is refused
        (pem(EC, password=b"secret"), "is an encrypted key: write it without a passphrase"),
        (
            EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
            "is no private key in PEM",
        ),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is no private key in PEM"),
        (P256[:100], "is no private key in PEM"),
        ("", "is no private key in PEM"),
        (P256.splitlines()[1], NO_KEY),
        ("".join(RSA_2048.splitlines()[1:-1]), NO_KEY),
        ("/nowhere/key.p8", NO_KEY),
        ("/", NO_KEY),
        ("a\x00b", NO_KEY),
    ],
    ids=[
        "P-384",
        "secp256k1",
        "Ed25519",
        "RSA 2047",
        "encrypted",
        "public",
        "nonsense",
        "cut",
        "empty",
        "base64",
        "longer base64",
        "no file",
        "folder",
        "nul",
    ],
)
def test_what_cannot_sign_is_refused_and_not_quoted(text: str, told: str) -> None:
    assert refusal(text) == told


@pytest.mark.parametrize(
    "content", [b"", b"s3cret", b"\xff", P256.encode() + b" " * 65_536], ids=["empty", "text", "binary", "long"]
)
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.p8"
    file.write_bytes(content)
    assert refusal(str(file)) == "is the path of a file that holds no private key in PEM or as a JWK"


def test_a_provider_that_takes_one_algorithm_takes_one_kind_of_key() -> None:
    assert read(P256, OnlyEc) == P256
    assert read(RSA_2048, OnlyRsa) == RSA_2048
    assert refusal(RSA_2048, OnlyEc) == "is an RSA key: it must be an EC key on P-256"
    assert refusal(P256, OnlyRsa) == "is an EC key on P-256: it must be an RSA key"


EC_JWK = SigningKey.generate("ES256").private_jwk()
RSA_JWK = SigningKey.generate("RS256").private_jwk()


def public_of(key: str) -> Any:
    return read_private_key(key).key.public_key().public_numbers()


@pytest.mark.parametrize(("jwk", "algorithm"), [(EC_JWK, "ES256"), (RSA_JWK, "RS256")], ids=["EC", "RSA"])
def test_a_key_may_be_a_jwk_and_becomes_pem(jwk: dict[str, Any], algorithm: str, tmp_path: Path) -> None:
    text = json.dumps(jwk)
    key = read(text)
    assert key.startswith("-----BEGIN PRIVATE KEY-----")
    assert read_private_key(key).algorithm == algorithm
    known = jwk["x"] if algorithm == "ES256" else jwk["n"]
    number = public_of(key).x if algorithm == "ES256" else public_of(key).n
    assert int.from_bytes(urlsafe_b64decode(known + "==")) == number
    file = tmp_path / "key.jwk"
    file.write_text(json.dumps(jwk, indent=2), "ascii")
    assert read(str(file)) == read(f" {text}") == key
    assert read(key) == key  # what is read is written in its other form, and read again


def test_a_jwk_is_no_path_in_a_settings_file_or_in_the_environment(tmp_path: Path) -> None:
    text = json.dumps(EC_JWK)
    file = tmp_path / "accredit.toml"
    file.write_text(f"issuer = \"{ISSUER}\"\n[connections.acme]\nprivate_key = '{text}'\n", "utf-8")
    for settings in (
        load_settings(file, environ={}),
        load_settings(environ={"ACCREDIT_ISSUER": ISSUER, VARIABLE: text}),
    ):
        assert read(settings.connections["acme"]["private_key"]) == read(text)


def _without(jwk: dict[str, Any], *names: str, **changes: Any) -> dict[str, Any]:
    return {**{name: value for name, value in jwk.items() if name not in names}, **changes}


NO_JWK = "is no private key as a JWK"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (_without(EC_JWK, "d"), NO_JWK),
        (_without(RSA_JWK, "d"), NO_JWK),
        (_without(RSA_JWK, "p"), NO_JWK),
        (_without(EC_JWK, d=5), NO_JWK),
        (_without(EC_JWK, d=RSA_JWK["d"]), NO_JWK),
        (_without(EC_JWK, x=EC_JWK["y"]), NO_JWK),
        (_without(EC_JWK, crv="secp256k1"), NO_JWK),
        (_without(EC_JWK, kty="RSA"), NO_JWK),
        (_without(RSA_JWK, oth=[]), NO_JWK),
        (_without(RSA_JWK, n=EC_JWK["x"]), NO_JWK),
        ({"kty": "oct", "k": "c2VjcmV0LXNlY3JldA"}, NO_JWK),
        ({"kty": ["EC"]}, NO_JWK),
        ({}, NO_JWK),
        ({"keys": [EC_JWK]}, "is a key set: write one key of it"),
        (_without(EC_JWK, use="enc"), "is a JWK whose use is not to sign"),
        (_without(EC_JWK, key_ops=["verify"]), "is a JWK whose use is not to sign"),
        (_without(EC_JWK, key_ops=5), "is a JWK whose use is not to sign"),
        (_without(RSA_JWK, alg="PS256"), "is a JWK for another algorithm than ES256 and RS256"),
    ],
    ids=[
        "public EC",
        "public RSA",
        "RSA without primes",
        "number",
        "another d",
        "no point",
        "another curve",
        "another kind",
        "many primes",
        "another n",
        "secret",
        "list",
        "empty",
        "set",
        "encryption",
        "verifies",
        "ops",
        "PS256",
    ],
)
def test_a_jwk_that_cannot_sign_is_refused_and_not_quoted(written: dict[str, Any], told: str) -> None:
    assert refusal(json.dumps(written)) == told


@pytest.mark.parametrize(
    "text", ["{", '{"kty": "EC"', "{" * 100_000, '{"a":' * 50_000], ids=["open", "cut", "deep", "deeper"]
)
def test_what_only_begins_as_a_jwk_is_refused(text: str) -> None:
    assert refusal(text) == NO_JWK


def test_a_jwk_on_another_curve_and_one_that_is_short_are_refused_as_in_pem() -> None:
    numbers = ec.generate_private_key(ec.SECP384R1()).private_numbers()
    point = numbers.public_numbers
    jwk = {"kty": "EC", "crv": "P-384", "x": _text(point.x), "y": _text(point.y), "d": _text(numbers.private_value)}
    assert refusal(json.dumps(jwk)) == "is an EC key on another curve than P-256"
    assert refusal(json.dumps(RSA_JWK), OnlyEc) == "is an RSA key: it must be an EC key on P-256"
    assert read(json.dumps(EC_JWK), OnlyEc) == read(json.dumps(EC_JWK))


def _text(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(48)).rstrip(b"=").decode()
