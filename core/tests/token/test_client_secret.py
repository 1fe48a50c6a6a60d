"""Client secrets and their hashes."""

import hypothesis
import hypothesis.strategies as st
import pytest
from core.tests.token.support import SECRET, cheap_hash

from accredit.client_secret import SecretHash, new_secret
from accredit.configuration import load_settings
from accredit.errors import ConfigurationError
from accredit.settings import ClientSettings, Settings

CHEAP = cheap_hash(SECRET)


def test_a_new_secret_has_256_random_bits_and_survives_every_encoding() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert first.startswith("acs_")
    assert len(first) == 4 + 43
    assert first.replace("-", "").replace("_", "").isalnum()
    assert first.isascii()


def test_a_hash_matches_its_secret_and_no_other() -> None:
    secret = new_secret()
    one, two = SecretHash.of(secret), SecretHash.of(secret)

    assert one.matches(secret)
    assert not one.matches(secret[:-1])
    assert not one.matches(str(one))
    assert str(one) != str(two)
    assert str(one).startswith("$scrypt$ln=14,r=8,p=1$")
    assert SecretHash.parse(str(one)) == one


@hypothesis.given(st.text(max_size=40))
@hypothesis.settings(max_examples=25)
def test_every_text_can_be_a_secret(secret: str) -> None:
    hypothesis.assume(secret.isprintable())

    assert SecretHash.parse(cheap_hash(secret)).matches(secret)


def test_neither_salt_nor_digest_is_in_the_repr() -> None:
    assert repr(SecretHash.parse(CHEAP)) == "SecretHash(ln=10, r=1, p=1)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRET,
        "acs_hPdMzaZ6U1v1yf9y3Li1hOCXkNXbuyTs5xk5dkkRIUQ",
        CHEAP[:-1],
        CHEAP + "A",
        CHEAP + "\n",
        CHEAP.replace("scrypt", "argon2id"),
        CHEAP.replace("ln=10", "ln=9"),
        CHEAP.replace("ln=10", "ln=18"),
        CHEAP.replace("r=1", "r=17"),
        CHEAP.replace("r=1", "r=0"),
        CHEAP.replace("p=1", "p=5"),
        CHEAP.replace("ln=10", "ln=-1"),
        CHEAP.replace(CHEAP.split("$")[3], "A" * 13),
    ],
)
def test_what_is_no_hash_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a hash|unreasonable") as caught:
        SecretHash.parse(text)

    assert not text or text not in str(caught.value)


@hypothesis.given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a hash"):
        SecretHash.parse(text)


def test_a_secret_in_place_of_its_hash_stops_the_start_and_is_not_told() -> None:
    secret = new_secret()
    environ = {"ACCREDIT_ISSUER": "https://login.example.com/", "ACCREDIT_CLIENTS__SVC__SECRET_HASH": secret}

    with pytest.raises(
        ConfigurationError, match=r"setting clients\.svc\.secret_hash: .*accredit clients add"
    ) as caught:
        load_settings(None, environ)
    assert secret not in str(caught.value)


def test_settings_do_not_show_the_hash() -> None:
    settings = Settings.model_validate(
        {"issuer": "https://login.example.com/", "clients": {"svc": {"secret_hash": CHEAP}}}
    )

    assert CHEAP not in repr(settings)
    assert CHEAP not in settings.model_dump_json()


def test_how_a_client_authenticates_follows_from_what_it_has() -> None:
    assert ClientSettings().auth_method == "none"
    assert ClientSettings.model_validate({"secret_hash": CHEAP}).auth_method == "client_secret"
    assert ClientSettings.model_validate({"jwks": {"keys": []}}).auth_method == "private_key_jwt"
    assert ClientSettings.model_validate({"jwks_path": "keys.json"}).auth_method == "private_key_jwt"


@pytest.mark.parametrize("more", [{"jwks": {"keys": []}}, {"jwks_path": "keys.json"}])
def test_a_client_has_one_way_to_authenticate(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="only one of secret_hash, jwks and jwks_path"):
        ClientSettings.model_validate({"secret_hash": CHEAP, **more})
    with pytest.raises(ValueError, match="only one of secret_hash, jwks and jwks_path"):
        ClientSettings.model_validate({"jwks": {"keys": []}, "jwks_path": "keys.json"})


@pytest.mark.parametrize("leeway_s", [-1, 3601])
def test_a_leeway_is_short(leeway_s: int) -> None:
    with pytest.raises(ValueError, match="leeway_s"):
        ClientSettings.model_validate({"leeway_s": leeway_s})
    assert ClientSettings.model_validate({"leeway_s": 3600}).leeway_s == 3600
