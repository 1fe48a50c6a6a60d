"""The key file encrypted, and everything that must not be taken for it."""

import base64
import stat
from pathlib import Path

import pytest
from core.tests.keys.support import Clock, states

from accredit import Settings
from accredit.errors import ConfigurationError
from accredit.keys import KeyFile
from accredit.settings.load import load_settings

ONE, TWO = b"1" * 32, b"2" * 32
VARIABLE = "ACCREDIT_KEYS__ENCRYPTION_KEY"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def file(path: Path, *keys: bytes) -> KeyFile:
    return KeyFile(path, encryption_keys=keys, clock=Clock())


def refusal(one: KeyFile) -> str:
    before = one.path.read_bytes()
    with pytest.raises(ConfigurationError) as refused:
        one.load("ES256")
    assert one.path.read_bytes() == before
    return str(refused.value)


def test_with_a_key_nothing_private_is_readable(path: Path) -> None:
    keys = file(path, ONE).load("ES256")
    content = path.read_bytes()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert content.count(b".") == 4
    header = content.partition(b".")[0]
    assert base64.urlsafe_b64decode(header + b"==") == b'{"alg":"dir","enc":"A256GCM","cty":"jwk-set+json"}'
    for key in keys.all:
        assert key.kid.encode() not in content
    assert file(path, ONE).load("ES256").jwks() == keys.jwks()


def test_two_files_of_the_same_keys_differ(path: Path) -> None:
    one = file(path, ONE)
    one.load("ES256")
    first = path.read_bytes()
    one.encrypt()
    assert path.read_bytes() != first


def test_every_changed_byte_is_noticed(path: Path) -> None:
    file(path, ONE).load("ES256")
    content = path.read_text()
    header, _, nonce, ciphertext, tag = content.split(".")
    for other in (
        f"{header}..{nonce}.{ciphertext[:-4]}.{tag}",
        f"{header}..{nonce}.{ciphertext}.{tag[:-4]}AAAA",
        f"{header}..{'A' * len(nonce)}.{ciphertext}.{tag}",
        f"{header}.x.{nonce}.{ciphertext}.{tag}",
        f"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..{nonce}.{ciphertext}.{tag}",
    ):
        path.write_text(other)
        assert refusal(file(path, ONE)) == f"keys.path: {path} cannot be decrypted with keys.encryption_key"


def test_a_plain_file_is_refused_where_a_key_is_set(path: Path) -> None:
    file(path).load("ES256")
    assert refusal(file(path, ONE)) == (
        f"keys.path: {path} is not encrypted, but keys.encryption_key is set; run `accredit keys encrypt`, or unset it"
    )


def test_an_encrypted_file_is_refused_where_no_key_is_set(path: Path) -> None:
    file(path, ONE).load("ES256")
    assert refusal(file(path)) == f"keys.path: {path} is encrypted; set ACCREDIT_KEYS__ENCRYPTION_KEY"


def test_another_key_is_refused(path: Path) -> None:
    file(path, ONE).load("ES256")
    assert refusal(file(path, TWO)) == f"keys.path: {path} cannot be decrypted with keys.encryption_key"


def test_a_plain_file_is_encrypted_on_demand_with_the_same_keys(path: Path) -> None:
    keys = file(path).load("ES256")
    assert file(path, ONE).encrypt() is True
    assert path.read_bytes()[:1] != b"{"
    assert file(path, ONE).load("ES256").jwks() == keys.jwks()


def test_the_first_key_encrypts_and_each_decrypts(path: Path) -> None:
    keys = file(path, ONE).load("ES256")
    assert file(path, TWO, ONE).load("ES256").jwks() == keys.jwks()
    assert file(path, TWO, ONE).encrypt() is False
    assert file(path, TWO).load("ES256").jwks() == keys.jwks()
    assert refusal(file(path, ONE)) == f"keys.path: {path} cannot be decrypted with keys.encryption_key"


def test_without_a_key_nothing_is_encrypted(path: Path) -> None:
    file(path).load("ES256")
    with pytest.raises(ConfigurationError, match=r"set ACCREDIT_KEYS__ENCRYPTION_KEY; `openssl rand"):
        file(path).encrypt()


def test_a_changed_file_stays_encrypted(path: Path) -> None:
    file(path, ONE).load("ES256")
    stored = file(path, ONE).change(lambda keys, _: keys[:1])
    assert path.read_bytes()[:1] != b"{"
    assert states(file(path, ONE).read()) == states(stored)


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padding", ["=", ""])
def test_the_key_comes_from_the_environment_in_either_base64(encode: object, padding: str) -> None:
    raw = bytes(range(224, 256))
    assert callable(encode)
    text = encode(raw).decode().rstrip("=") + padding
    settings = load_settings(None, {"ACCREDIT_ISSUER": "https://a.example", VARIABLE: f"{text}, {text}"})
    assert settings.keys.encryption_keys == (raw, raw)
    assert text not in repr(settings)


@pytest.mark.parametrize(
    "value", ["", ",", "MARKED", base64.b64encode(b"x" * 31).decode(), base64.b64encode(b"x" * 33).decode(), "é" * 43]
)
def test_anything_else_stops_the_start_and_is_not_repeated(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"keys\.encryption_key: .*must be 32 bytes in base64") as refused:
        load_settings(None, {"ACCREDIT_ISSUER": "https://a.example", VARIABLE: value})
    assert not value.strip(",") or value not in str(refused.value)


def test_without_the_setting_there_are_no_keys() -> None:
    assert Settings(issuer="https://a.example").keys.encryption_keys == ()
