"""What comes of an authorization code, and what is asked to learn it."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import person
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.codes import CALLBACK, VERIFIER
from accredit_microsoft.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN, OTHER_TENANT, TENANT, object_id

LogIn = Callable[..., Awaitable[Identity]]

TOKEN_PATH = "/common/oauth2/v2.0/token"
KEYS_PATH = "/common/discovery/v2.0/keys"
ADA = person("ada")


async def test_code_is_exchanged_with_our_secret_and_its_id_token_is_the_proof(
    log_in: LogIn, requests: list[httpx.Request]
) -> None:
    identity = await log_in()
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
    log_in: LogIn, simulator: MicrosoftSimulator, changes: Mapping[str, object], error: type[ExchangeError]
) -> None:
    answer = {"access_token": "EwB4", "id_token": simulator.id_tokens.mint(ADA, changes=changes)}
    with pytest.raises(error):
        await log_in(exchanged=(200, answer))


@pytest.mark.threat(10)
async def test_nonce_of_the_request_must_be_in_the_id_token(log_in: LogIn, simulator: MicrosoftSimulator) -> None:
    bound = {"access_token": "EwB4", "id_token": simulator.id_tokens.mint(ADA, changes={"nonce": "N-1"})}
    assert (await log_in(nonce="N-1", exchanged=(200, bound))).user_id.startswith(TENANT)
    with pytest.raises(InvalidProviderToken):
        await log_in(nonce="N-1")


async def test_code_of_a_login_without_openid_lacks_a_permission(log_in: LogIn) -> None:
    with pytest.raises(MissingPermission, match="openid"):
        await log_in(openid=False)


@pytest.mark.parametrize("lasts_s", [0, -1, "3599", True, None])
async def test_exchange_that_has_no_time_left_is_not_believed(
    log_in: LogIn, simulator: MicrosoftSimulator, lasts_s: object
) -> None:
    answer = {"access_token": "EwB4", "id_token": simulator.id_tokens.mint(ADA), "expires_in": lasts_s}
    with pytest.raises(ProviderUnavailable):
        await log_in(exchanged=(200, answer))
    await log_in(exchanged=(200, {**answer, "expires_in": 1}))


async def test_code_is_refused_where_the_operator_has_set_no_secret(log_in: LogIn) -> None:
    with pytest.raises(InvalidParameter, match="code: needs client_secret and token_url"):
        await log_in(client_secret=None, token_url=None)


async def test_code_needs_a_listed_redirect_uri_and_a_verifier(log_in: LogIn) -> None:
    with pytest.raises(MissingParameter):
        await log_in(redirect_uri=None)
    for redirect_uri in (f"{CALLBACK}/", "https://evil.example.com/"):
        with pytest.raises(InvalidParameter):
            await log_in(redirect_uri=redirect_uri)
    with pytest.raises(ExchangeError) as raised:
        await log_in(begun_with=None, verifier=None)
    assert raised.value.status == 400
    await log_in(begun_with=None, verifier=None, require_pkce=False)


async def test_code_of_a_login_that_another_device_has_begun_is_refused(log_in: LogIn) -> None:
    with pytest.raises(InvalidProviderToken, match="501481"):
        await log_in(begun_with="x" * 43)


async def test_code_is_good_once_and_for_ten_minutes(log_in: LogIn, simulator: MicrosoftSimulator, now: int) -> None:
    code = simulator.new_code(ADA)
    await log_in(code=code)
    with pytest.raises(InvalidProviderToken, match="54005"):
        await log_in(code=code)
    with pytest.raises(InvalidProviderToken, match="9002313"):
        await log_in(code="1.nobody-has-it")
    time = float(now)
    late = MicrosoftSimulator(clock=lambda: time)
    code = late.new_code(ADA)
    time += 600
    with pytest.raises(InvalidProviderToken, match="70008"):
        await log_in(at=late, code=code)


async def test_wrong_or_expired_secret_is_the_operators_fault(log_in: LogIn, simulator: MicrosoftSimulator) -> None:
    with pytest.raises(ProviderMisconfigured, match="7000215"):
        await log_in(client_secret="wrong")
    simulator.secret_has_expired = True
    try:
        with pytest.raises(ProviderMisconfigured, match="7000222"):
            await log_in()
    finally:
        simulator.secret_has_expired = False
