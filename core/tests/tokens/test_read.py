"""Reading our own access tokens."""

from typing import Any

import pytest
from core.tests.clock import Clock
from core.tests.jws import compact

from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.tokens.read import AccessToken, IdToken, read_access_token, read_id_token

ISSUER = "https://login.example.com/"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "acme|1",
    "aud": ISSUER,
    "client_id": "app",
    "iat": 1_699_999_999,
    "exp": 1_700_000_060,
    "sid": "a session",
    "scope": "openid exchange",
}


def read(token: str, key: SigningKey, now: float = 1_700_000_000) -> AccessToken | None:
    return read_access_token(token, keys=SigningKeys([key]), issuer=ISSUER, clock=Clock(now))


def test_a_live_access_token_of_ours_is_read(es256: SigningKey) -> None:
    token = es256.sign(CLAIMS, typ="at+jwt")
    assert read(token, es256) == AccessToken(
        "acme|1", "app", ISSUER, ("openid", "exchange"), issued_at=1_699_999_999, session_id="a session"
    )
    without = {name: value for name, value in CLAIMS.items() if name != "sid"}
    found = read(es256.sign(without, typ="at+jwt"), es256)
    assert found is not None
    assert found.session_id is None


def test_a_token_of_an_older_key_is_read_while_that_key_is_published(es256: SigningKey, rs256: SigningKey) -> None:
    keys = SigningKeys([es256, rs256])
    assert keys.current is rs256
    token = es256.sign(CLAIMS, typ="at+jwt")
    assert read_access_token(token, keys=keys, issuer=ISSUER, clock=Clock()) is not None
    assert read(token, rs256) is None


def test_it_lives_until_its_last_second(es256: SigningKey) -> None:
    token = es256.sign(CLAIMS, typ="at+jwt")
    assert read(token, es256, CLAIMS["exp"] - 1) is not None
    assert read(token, es256, CLAIMS["exp"] - 0.01) is not None
    assert read(token, es256, CLAIMS["exp"]) is None
    assert read(token, es256, CLAIMS["exp"] + 1) is None


@pytest.mark.parametrize("typ", ["JWT", "AT+JWT", "application/at+jwt", "at+jwt ", ""])
def test_an_id_token_or_any_other_jwt_of_ours_is_not_read(es256: SigningKey, typ: str) -> None:
    assert read(es256.sign(CLAIMS, typ=typ), es256) is None


@pytest.mark.parametrize("issuer", [ISSUER[:-1], ISSUER + "/", ISSUER.upper(), "", None, [ISSUER]])
def test_a_token_of_another_issuer_is_not_read(es256: SigningKey, issuer: Any) -> None:
    assert read(es256.sign({**CLAIMS, "iss": issuer}, typ="at+jwt"), es256) is None


@pytest.mark.parametrize("claim", [name for name in CLAIMS if name != "sid"])
def test_a_token_without_a_claim_is_not_read(es256: SigningKey, claim: str) -> None:
    claims = {name: CLAIMS[name] for name in CLAIMS if name != claim}
    assert read(es256.sign(claims, typ="at+jwt"), es256) is None


@pytest.mark.parametrize("changes", [{"exp": "1700000060"}, {"exp": None}, {"scope": None}, {"scope": ["exchange"]}])
def test_a_token_with_a_claim_of_another_type_is_not_read(es256: SigningKey, changes: dict[str, Any]) -> None:
    assert read(es256.sign({**CLAIMS, **changes}, typ="at+jwt"), es256) is None


@pytest.mark.threat(34)
def test_a_token_that_somebody_else_signed_is_not_read(es256: SigningKey) -> None:
    assert read(SigningKey.generate("ES256").sign(CLAIMS, typ="at+jwt"), es256) is None
    assert read(compact({"alg": "none", "typ": "at+jwt", "kid": es256.kid}, CLAIMS, b""), es256) is None


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "é.b.c", "\x00", "x" * 100_000])
def test_garbage_is_not_read(es256: SigningKey, token: str) -> None:
    assert read(token, es256) is None


@pytest.mark.threat(34)
def test_a_token_that_was_cut_or_extended_is_not_read(es256: SigningKey) -> None:
    token = es256.sign(CLAIMS, typ="at+jwt")
    for other in (token[:-1], token[:-2], token + "A", token + ".", token + "=", "." + token, token.upper()):
        assert read(other, es256) is None


def test_what_else_a_token_says_is_not_shown_by_accident(es256: SigningKey) -> None:
    token = read(es256.sign({**CLAIMS, "userinfo": {"email": "ada@example.com"}}, typ="at+jwt"), es256)
    assert token is not None
    assert token.claims["userinfo"] == {"email": "ada@example.com"}
    assert "ada@example.com" not in repr(token)


@pytest.mark.parametrize(("subject", "of_a_user"), [("acme|1", True), ("app@clients", False), ("other@clients", True)])
def test_a_clients_own_token_is_told_from_a_users(subject: str, of_a_user: bool) -> None:
    assert AccessToken(subject, "app", ISSUER, ()).is_of_a_user is of_a_user


ID_CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "acme|1",
    "aud": "app",
    "iat": 1_699_999_999,
    "exp": 1_700_000_060,
    "sid": "a session",
    "name": "Ada",
}


def read_id(token: str, key: SigningKey, now: float = 1_700_000_000) -> IdToken | None:
    return read_id_token(token, keys=SigningKeys([key]), issuer=ISSUER, clock=Clock(now))


def test_a_live_id_token_of_ours_is_read(es256: SigningKey) -> None:
    token = es256.sign(ID_CLAIMS, typ="JWT")
    assert read_id(token, es256) == IdToken("acme|1", "app", 1_699_999_999, "a session")
    assert read_id(token, es256, 1_700_000_059.9) is not None
    assert read_id(token, es256, 1_700_000_060) is None


@pytest.mark.parametrize("typ", ["at+jwt", "jwt", "probe+jwt", ""])
def test_an_access_token_is_no_id_token(es256: SigningKey, typ: str) -> None:
    assert read_id(es256.sign(ID_CLAIMS, typ=typ), es256) is None


@pytest.mark.parametrize(
    "changes",
    [
        *({"aud": ["app"]}, {"aud": None}, {"sub": 1}, {"iss": ISSUER[:-1]}, {"exp": 1.5}),
        *({"iat": 1.5}, {"iat": True}, {"sid": 5}),
    ],
)
def test_an_id_token_with_a_claim_of_another_type_is_not_read(es256: SigningKey, changes: dict[str, Any]) -> None:
    assert read_id(es256.sign({**ID_CLAIMS, **changes}, typ="JWT"), es256) is None
