"""What comes of an authorization code, and what is asked to learn it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_microsoft.refusals import TOKEN_ERRORS, token_code
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.codes import CALLBACK
from accredit_microsoft.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN, OTHER_TENANT, TENANT, object_id

NOW = 1_800_000_000
TOKEN_PATH = "/common/oauth2/v2.0/token"
KEYS_PATH = "/common/discovery/v2.0/keys"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
ADA = person("ada")


class Between(httpx.AsyncBaseTransport):
    """The simulator, with one answer put in the place of the exchange's; remembers every request."""

    def __init__(self, simulator: MicrosoftSimulator, instead: tuple[int, object] | None) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._instead = instead
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._instead is None or request.url.path != TOKEN_PATH:
            return await self._simulator.handle_async_request(request)
        status, body = self._instead
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content))


async def log_in(
    simulator: MicrosoftSimulator,
    *,
    begun_with: str | None = VERIFIER,
    verifier: str | None = VERIFIER,
    redirect_uri: str | None = CALLBACK,
    error: tuple[str, int] | None = None,
    openid: bool = True,
    nonce: str | None = None,
    code: str | None = None,
    instead: tuple[int, object] | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    between = Between(simulator, instead)
    value = code or simulator.new_code(ADA, verifier=begun_with, error=error, openid=openid)
    async with exchange_for(
        simulator,
        connection=connection,
        transport=between,
        clock=simulator.clock,
        limits={"provider_retries": 2},
    ) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce)
        try:
            return await exchange.verify("microsoft", credential), between.requests
        finally:
            assert [one.url.path for one in between.requests].count(TOKEN_PATH) <= 1  # a code is never sent twice


async def test_code_is_exchanged_with_our_secret_and_its_id_token_is_the_proof(simulator: MicrosoftSimulator) -> None:
    identity, requests = await log_in(simulator)
    assert identity.user_id == f"{TENANT}.{object_id(ADA)}"
    assert identity.audience == JwtAudience((CLIENT_ID,), None)
    exchanged = requests[0]
    form = dict(parse_qsl(exchanged.content.decode()))
    assert [(one.method, one.url.path) for one in requests] == [("POST", TOKEN_PATH), ("GET", KEYS_PATH)]
    assert (exchanged.url.query, "authorization" in exchanged.headers) == (b"", False)
    assert form == {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": form["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }


@pytest.mark.threat(1)
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"aud": FOREIGN}, WrongAudience),
        ({"tid": OTHER_TENANT}, InvalidProviderToken),
        ({"ver": "1.0"}, InvalidProviderToken),
        ({"nonce": "another login's"}, InvalidProviderToken),
    ],
)
async def test_id_token_of_an_exchange_is_verified_as_any_other(
    simulator: MicrosoftSimulator, changes: Mapping[str, object], error: type[ExchangeError]
) -> None:
    answer = {"access_token": "EwB4", "id_token": simulator.id_tokens.mint(ADA, changes=changes)}
    with pytest.raises(error):
        await log_in(simulator, instead=(200, answer))


@pytest.mark.threat(10)
async def test_nonce_of_the_request_must_be_in_the_id_token(simulator: MicrosoftSimulator) -> None:
    bound = {"access_token": "EwB4", "id_token": simulator.id_tokens.mint(ADA, changes={"nonce": "N-1"})}
    assert await log_in(simulator, nonce="N-1", instead=(200, bound))
    with pytest.raises(InvalidProviderToken):
        await log_in(simulator, nonce="N-1")


async def test_code_of_a_login_without_openid_lacks_a_permission(simulator: MicrosoftSimulator) -> None:
    with pytest.raises(MissingPermission, match="openid"):
        await log_in(simulator, openid=False)


async def test_code_is_refused_where_the_operator_has_set_no_secret(simulator: MicrosoftSimulator) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(simulator, client_secret=None, token_url=None)


async def test_code_needs_a_listed_redirect_uri_and_a_verifier(simulator: MicrosoftSimulator) -> None:
    with pytest.raises(MissingParameter):
        await log_in(simulator, redirect_uri=None)
    for redirect_uri in (f"{CALLBACK}/", "https://evil.example.com/"):
        with pytest.raises(InvalidParameter):
            await log_in(simulator, redirect_uri=redirect_uri)
    with pytest.raises(ExchangeError) as raised:
        await log_in(simulator, begun_with=None, verifier=None)
    assert raised.value.status == 400
    await log_in(simulator, begun_with=None, verifier=None, require_pkce=False)


async def test_code_of_a_login_that_another_device_has_begun_is_refused(simulator: MicrosoftSimulator) -> None:
    with pytest.raises(InvalidProviderToken, match="501481"):
        await log_in(simulator, begun_with="x" * 43)


async def test_code_is_good_once_and_for_ten_minutes(simulator: MicrosoftSimulator) -> None:
    code = simulator.new_code(ADA, verifier=VERIFIER)
    await log_in(simulator, code=code)
    with pytest.raises(InvalidProviderToken, match="54005"):
        await log_in(simulator, code=code)
    with pytest.raises(InvalidProviderToken, match="9002313"):
        await log_in(simulator, code="1.nobody-has-it")
    now = float(NOW)
    late = MicrosoftSimulator(clock=lambda: now)
    code = late.new_code(ADA, verifier=VERIFIER)
    now += 600
    with pytest.raises(InvalidProviderToken, match="70008"):
        await log_in(late, code=code)


async def test_wrong_or_expired_secret_is_the_operators_fault(simulator: MicrosoftSimulator) -> None:
    with pytest.raises(ProviderMisconfigured, match="7000215"):
        await log_in(simulator, client_secret="wrong")
    simulator.secret_has_expired = True
    try:
        with pytest.raises(ProviderMisconfigured, match="7000222"):
            await log_in(simulator)
    finally:
        simulator.secret_has_expired = False


@pytest.mark.threat(49)
@pytest.mark.parametrize("code", [one for one in TOKEN_ERRORS if isinstance(one, int)])
async def test_listed_number_decides_whatever_the_word(simulator: MicrosoftSimulator, code: int) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(simulator, error=("invalid_grant", code))
    assert type(raised.value) is TOKEN_ERRORS[code].error
    assert "upstream" not in str(raised.value)


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("invalid_grant", InvalidProviderToken),
        ("invalid_client", ProviderMisconfigured),
        ("unauthorized_client", ProviderMisconfigured),
        ("interaction_required", ProviderUserBlocked),
        ("temporarily_unavailable", ProviderUnavailable),
        ("unsupported_grant_type", ProviderProtocolError),
        ("invalid_request", UnlistedRefusal),
    ],
)
async def test_word_decides_where_the_number_is_not_listed(
    simulator: MicrosoftSimulator, word: str, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(simulator, error=(word, 4711))
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "invalid_grant", "error_codes": [4711, 54005]}, 54005),
        ({"error": "invalid_grant", "error_codes": ["54005"]}, "invalid_grant"),
        ({"error": "invalid_grant", "error_codes": 54005}, "invalid_grant"),
        ({"error": "invalid_grant", "error_codes": [[54005], True, None]}, "invalid_grant"),
        ({"error_codes": [4711]}, None),
        ({"error": ""}, None),
        ({"error": 5}, None),
        ({}, None),
    ],
)
def test_code_is_found_in_an_answer(body: dict[str, object], code: object) -> None:
    assert token_code(body) == code


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, {"error": "invalid_grant", "error_codes": [54005]}),
        (400, b"<!DOCTYPE html>"),
        (429, b"<!DOCTYPE html>"),
        (200, b"<!DOCTYPE html>"),
        (200, []),
        (200, {}),
        (200, {"id_token": "a.b.c"}),
        (200, {"access_token": 5, "id_token": "a.b.c"}),
        (200, {"access_token": "EwB4", "id_token": None}),
        (200, {"access_token": "EwB4", "id_token": ""}),
        (200, {"access_token": "EwB4", "id_token": ["a.b.c"]}),
    ],
)
async def test_answer_that_is_no_token_is_an_outage(simulator: MicrosoftSimulator, status: int, body: object) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(simulator, instead=(status, body))
    assert type(raised.value) is ProviderUnavailable
