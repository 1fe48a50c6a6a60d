"""Private keys in settings: how they may be written, and what is refused without being shown."""

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

from accredit.settings import ConnectionSettings, EcPrivateKey, PrivateKey, RsaPrivateKey
from accredit.settings.load import load_settings, settings_from
from accredit.settings.private_key import read_private_key

ISSUER = "https://login.example.com/"
NO_KEY = "is neither a private key in PEM nor the path of a file that can be read"
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
    assert refusal(str(file)) == "is the path of a file that holds no private key in PEM"


def test_a_provider_that_takes_one_algorithm_takes_one_kind_of_key() -> None:
    assert read(P256, OnlyEc) == P256
    assert read(RSA_2048, OnlyRsa) == RSA_2048
    assert refusal(RSA_2048, OnlyEc) == "is an RSA key: it must be an EC key on P-256"
    assert refusal(P256, OnlyRsa) == "is an EC key on P-256: it must be an RSA key"
