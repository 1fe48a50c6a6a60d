"""What comes of an authorization code, and what is asked to learn it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import CodeExchanged, JwtAudience
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderUnavailable,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import Between, person
from accredit_naver.refusals import EXCHANGE_ERRORS
from accredit_naver.simulator import NaverSimulator
from accredit_naver.simulator.codes import CALLBACK, STATE, VERIFIER
from accredit_naver.simulator.id_tokens import issuer
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN_ID, user_id

LogIn = Callable[..., Awaitable[Identity]]

ADA = person("ada")
OAUTH: Mapping[str, Any] = {"openid": False, "require_pkce": False}
PATH = "/oauth2/token"
SAID = "upstream text that must go nowhere"


def new(**changes: Any) -> tuple[int, dict[str, Any]]:
    """Return the answer of an exchange; `...` drops a field."""
    usual = {"access_token": "AAAAsim-good-ada", "refresh_token": "r", "token_type": "bearer", "expires_in": "3600"}
    return 200, {name: value for name, value in {**usual, **changes}.items() if value is not ...}


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.content.decode()))


async def test_a_code_is_exchanged_with_its_state_and_logs_in_by_the_id_token_that_comes_of_it(
    log_in: LogIn, naver: NaverSimulator, between: Between, now: int
) -> None:
    code = naver.new_code(ADA)
    identity = await log_in(code)

    assert (identity.user_id, identity.audience) == (user_id(ADA), JwtAudience((CLIENT_ID,)))
    assert identity.expires_at == now + 3600
    exchanged, keys, me = between.requests
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", PATH, b"")
    assert form_of(exchanged) == {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": code,
        "state": STATE,
        "code_verifier": VERIFIER,
        "redirect_uri": CALLBACK,
    }
    assert keys.url.path == "/oauth2/jwks"
    assert (me.method, me.url.path, me.url.query) == ("GET", "/v1/nid/me", b"")
    assert me.headers["authorization"] == "Bearer AAAAsim1-new-ada"


async def test_the_older_api_has_neither_pkce_nor_id_tokens(
    log_in: LogIn, naver: NaverSimulator, between: Between
) -> None:
    code = naver.new_code(ADA, verifier=None, openid=False)
    identity = await log_in(code, redirect_uri=None, connection=OAUTH)

    assert (identity.user_id, identity.audience) == (user_id(ADA), CodeExchanged(CLIENT_ID))
    exchanged, _ = between.requests
    assert exchanged.url.path == "/oauth2.0/token"
    assert form_of(exchanged).keys() == {"grant_type", "client_id", "client_secret", "code", "state"}


async def test_codes_of_one_api_are_not_taken_to_the_other(log_in: LogIn, naver: NaverSimulator) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(naver.new_code(ADA), connection=OAUTH)
    with pytest.raises(InvalidProviderToken):
        await log_in(naver.new_code(ADA, openid=False))


async def test_an_exchange_without_an_id_token_is_a_proof_all_the_same(log_in: LogIn) -> None:
    identity = await log_in("sim-no_openid-ada")
    assert (identity.user_id, identity.audience) == (user_id(ADA), CodeExchanged(CLIENT_ID))


async def test_a_code_without_its_state_is_not_sent(log_in: LogIn, naver: NaverSimulator, between: Between) -> None:
    code = naver.new_code(ADA)
    with pytest.raises(MissingParameter) as raised:
        await log_in(code, state=None)
    assert "naver_state" in str(raised.value)
    for state, error in (("x" * 1025, InvalidParameter), ("a\nb", InvalidParameter)):
        with pytest.raises(error):
            await log_in(code, state=state)
    assert between.requests == []
    await log_in(code)


@pytest.mark.parametrize("state", ["x" * 1024, "a b&code=c"], ids=["longest", "what would end a form's value"])
async def test_a_state_is_what_the_login_began_with(log_in: LogIn, naver: NaverSimulator, state: str) -> None:
    assert (await log_in(naver.new_code(ADA, state=state), state=state)).user_id == user_id(ADA)
    with pytest.raises(InvalidProviderToken):
        await log_in(naver.new_code(ADA, state=state))


async def test_a_login_begun_elsewhere_is_refused(log_in: LogIn, naver: NaverSimulator) -> None:
    for changes in ({"verifier": "x" * 43}, {"state": "other"}):
        with pytest.raises(InvalidProviderToken):
            await log_in(naver.new_code(ADA), **changes)
    with pytest.raises(MissingParameter):
        await log_in(naver.new_code(ADA), verifier=None)


@pytest.mark.threat(10)
async def test_a_nonce_binds_the_code_by_its_id_token(log_in: LogIn, naver: NaverSimulator) -> None:
    assert (await log_in(naver.new_code(ADA, nonce="n-1"), nonce="n-1")).user_id == user_id(ADA)
    for nonce, of_token in (("n-1", "n-2"), ("n-1", None), (None, "n-1")):
        with pytest.raises(InvalidProviderToken, match="nonce"):
            await log_in(naver.new_code(ADA, nonce=of_token), nonce=nonce)
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await log_in("sim-no_openid-ada", nonce="n-1")


@pytest.mark.threat(1, 6)
@pytest.mark.parametrize(
    ("changes", "header", "error"),
    [
        ({"aud": FOREIGN_ID}, {}, WrongAudience),
        ({"aud": [CLIENT_ID, FOREIGN_ID]}, {}, WrongAudience),
        ({"azp": FOREIGN_ID}, {}, WrongAudience),
        ({"iss": "https://nid.example.com"}, {}, InvalidProviderToken),
        ({"exp": 1}, {}, InvalidProviderToken),
        ({"sub": None}, {}, InvalidProviderToken),
        ({}, {"alg": "none"}, InvalidProviderToken),
        ({}, {"alg": "HS256"}, InvalidProviderToken),
    ],
    ids=["aud", "two auds", "azp", "iss", "exp", "sub", "none", "HS256"],
)
async def test_an_id_token_that_comes_of_a_code_is_verified(
    log_in: LogIn,
    between: Between,
    now: int,
    changes: dict[str, object],
    header: dict[str, object],
    error: type[Exception],
) -> None:
    naver = issuer(lambda: now)
    between.instead[PATH] = new(id_token=naver.mint(ADA))
    assert (await log_in("code-1")).user_id == user_id(ADA)
    between.instead[PATH] = new(id_token=naver.mint(ADA, changes=changes, header=header))
    with pytest.raises(error):
        await log_in("code-2")


async def test_the_life_of_a_token_is_a_number_or_its_text(log_in: LogIn, between: Between, now: int) -> None:
    for number, good in enumerate((60, "60")):
        between.instead[PATH] = new(expires_in=good)
        assert (await log_in(f"code-{number}")).expires_at == now + 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("expires_in", value)
            for value in (..., None, 0, -1, "0", "-1", "060", "", "x", 60.0, True, 10**9, "1" * 10)
        ),
        *(("access_token", value) for value in (..., None, "", "a b", 1, ["a"], "x" * 2049)),
        *(("refresh_token", value) for value in ("", "a b", 1, ["a"])),
        *(("id_token", value) for value in ("", 1, ["a"])),
    ],
    ids=repr,
)
async def test_an_exchange_that_is_not_understood_is_no_login(
    log_in: LogIn, between: Between, name: str, value: object
) -> None:
    between.instead[PATH] = new(**{name: value})
    with pytest.raises(ProviderUnavailable):
        await log_in("code-1")


async def test_nothing_but_an_access_token_and_its_life_is_needed(log_in: LogIn, between: Between) -> None:
    between.instead[PATH] = new(refresh_token=..., token_type=...)
    assert (await log_in("code-1")).user_id == user_id(ADA)


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("body", "error"),
    [
        *(({"error": word}, line.error) for word, line in EXCHANGE_ERRORS.items() if word != "wrong_client_pair"),
        ({"error": "invalid_request", "error_description": "no valid data in session"}, InvalidProviderToken),
        (
            {"error": "invalid_request", "error_description": "wrong client id / client secret pair"},
            ProviderMisconfigured,
        ),
        (
            {"error": "invalid_request", "error_description": " Wrong Client ID / Client Secret pair "},
            ProviderMisconfigured,
        ),
        ({"error": "invalid_request", "error_description": f"wrong {SAID}"}, InvalidProviderToken),
        ({"error": "invalid_request", "error_description": ["x"]}, InvalidProviderToken),
        ({"error": "something_new", "error_description": SAID}, UnlistedRefusal),
        ({"error": SAID}, ProviderUnavailable),
        ({"error": None}, ProviderUnavailable),
        ({"error": 1, "access_token": "AAAAsim-good-ada", "expires_in": "60"}, ProviderUnavailable),
    ],
    ids=str,
)
async def test_a_refused_exchange_is_blamed_on_whom_it_concerns(
    log_in: LogIn, between: Between, status: int, body: object, error: type[ExchangeError]
) -> None:
    between.instead[PATH] = (status, body)
    with pytest.raises(ExchangeError) as raised:
        await log_in("code-1")
    assert type(raised.value) is error
    assert SAID not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "body"), [(500, {"error": "invalid_client"}), (404, "<html>"), (200, "<html>"), (200, []), (201, {})]
)
async def test_what_is_no_word_of_the_logins_is_an_outage(
    log_in: LogIn, between: Between, status: int, body: object
) -> None:
    between.instead[PATH] = (status, body)
    with pytest.raises(ProviderUnavailable):
        await log_in("code-1")


@pytest.mark.parametrize(("openid", "word"), [(True, "invalid_client"), (False, "wrong_client_pair")])
async def test_a_wrong_secret_is_the_operators_to_mend_whichever_api_says_so(
    log_in: LogIn, naver: NaverSimulator, openid: bool, word: str
) -> None:
    connection = {"client_secret": "another", **({} if openid else OAUTH)}
    code = naver.new_code(ADA, openid=openid, verifier=VERIFIER if openid else None)
    with pytest.raises(ProviderMisconfigured, match=word) as raised:
        await log_in(code, connection=connection)
    assert raised.value.alert


async def test_a_grant_type_that_is_not_known_is_our_fault(log_in: LogIn, between: Between) -> None:
    between.instead[PATH] = (400, {"error": "unsupported_grant_type"})
    with pytest.raises(ProviderProtocolError):
        await log_in("code-1")
