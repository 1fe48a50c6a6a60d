"""Client secrets and their hashes."""

import hashlib

import hypothesis
import hypothesis.strategies as st
import pytest
from core.tests.oauth.support import SECRET, hash_of

from accredit.errors import ConfigurationError
from accredit.settings import ClientSettings, Settings
from accredit.settings.client_secret import SecretHash, new_secret
from accredit.settings.load import load_settings

STORED = hash_of(SECRET)


def test_a_new_secret_has_256_random_bits_and_survives_every_encoding() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert first.startswith("acs_")
    assert len(first) == 4 + 43
    assert first.replace("-", "").replace("_", "").isalnum()
    assert first.isascii()


def test_a_hash_matches_its_secret_and_no_other() -> None:
    secret = new_secret()
    stored = SecretHash.of(secret)

    assert stored.matches(secret)
    for other in (secret[:-1], f"{secret}\n", f" {secret}", secret.upper(), new_secret(), str(stored), ""):
        assert not stored.matches(other)
    assert str(stored) == f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"
    assert SecretHash.parse(str(stored)) == stored


@pytest.mark.threat(55)
@pytest.mark.parametrize("thought_up", ["", "hunter2", "acs_", "acs_" + "é" * 43, SECRET[4:], f"{SECRET}x"])
def test_what_we_have_not_made_is_neither_hashed_nor_let_in(thought_up: str) -> None:
    # A quick hash is enough for 256 random bits, and for nothing less.
    with pytest.raises(ValueError, match="is no client secret of ours") as caught:
        SecretHash.of(thought_up)
    assert len(thought_up) < 5 or thought_up not in str(caught.value)
    assert not SecretHash(hashlib.sha256(thought_up.encode()).digest()).matches(thought_up)


def test_nobodys_hash_matches_nothing() -> None:
    nobody = SecretHash.of_nobody()

    assert nobody != SecretHash.of_nobody()
    assert not nobody.matches(SECRET)


def test_the_digest_is_not_in_the_repr() -> None:
    assert repr(SecretHash.parse(STORED)) == "SecretHash()"


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRET,
        STORED[:-1],
        STORED + "0",
        STORED + "\n",
        STORED.upper(),
        STORED.replace("sha256", "sha512"),
        STORED.removeprefix("sha256:"),
        "sha256:",
        "sha256:" + "g" * 64,
    ],
)
def test_what_is_no_hash_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a hash of a client secret") as caught:
        SecretHash.parse(text)

    assert len(text) < 8 or text not in str(caught.value)


@pytest.mark.parametrize("old", ["$scrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA", "scrypt:c2FsdA:aGFzaA"])
def test_an_old_hash_stops_the_start_and_says_what_to_do(old: str) -> None:
    environ = {"ACCREDIT_ISSUER": "https://login.example.com/", "ACCREDIT_CLIENTS__SVC__SECRET_HASH": old}

    with pytest.raises(ConfigurationError) as caught:
        load_settings(None, environ)
    assert str(caught.value) == (
        "setting clients.svc.secret_hash: is a scrypt hash, which is not read any more: run"
        " `accredit clients rotate-secret` for this client, and give the client its new secret"
    )


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
        {"issuer": "https://login.example.com/", "clients": {"svc": {"secret_hash": STORED}}}
    )

    assert STORED not in repr(settings)
    assert STORED not in settings.model_dump_json()


def test_how_a_client_authenticates_follows_from_what_it_has() -> None:
    assert ClientSettings().auth_method == "none"
    assert ClientSettings.model_validate({"secret_hash": STORED}).auth_method == "client_secret"
    assert ClientSettings.model_validate({"jwks": {"keys": []}}).auth_method == "private_key_jwt"
    assert ClientSettings.model_validate({"jwks_path": "keys.json"}).auth_method == "private_key_jwt"


@pytest.mark.parametrize("more", [{"jwks": {"keys": []}}, {"jwks_path": "keys.json"}])
def test_a_client_has_one_way_to_authenticate(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="only one of secret_hash, jwks and jwks_path"):
        ClientSettings.model_validate({"secret_hash": STORED, **more})
    with pytest.raises(ValueError, match="only one of secret_hash, jwks and jwks_path"):
        ClientSettings.model_validate({"jwks": {"keys": []}, "jwks_path": "keys.json"})


@pytest.mark.parametrize("leeway_s", [-1, 3601])
def test_a_leeway_is_short(leeway_s: int) -> None:
    with pytest.raises(ValueError, match="leeway_s"):
        ClientSettings.model_validate({"leeway_s": leeway_s})
    assert ClientSettings.model_validate({"leeway_s": 3600}).leeway_s == 3600
