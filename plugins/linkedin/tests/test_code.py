from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import httpx
import pytest

from accredit.audience import CodeExchanged, JwtAudience
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import person
from accredit_linkedin.simulator import LinkedInSimulator
from accredit_linkedin.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN, LIFE_S, REDIRECT_URI

Verify = Callable[..., Awaitable[Identity]]

ADA = "sim_1000000000000001-Q"
CODE = AuthorizationCode.of("AQTsim-code-good-ada", redirect_uri=REDIRECT_URI)


async def test_code_is_exchanged_with_our_secret_and_its_id_token_is_the_proof(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    identity = await verify(CODE)
    assert (identity.user_id, identity.audience) == (ADA, JwtAudience((CLIENT_ID,), None))
    assert [(one.method, one.url.path) for one in requests] == [
        ("POST", "/oauth/v2/accessToken"),
        ("GET", "/oauth/openid/jwks"),
    ]
    assert str(requests[0].url).endswith("/oauth/v2/accessToken")
    assert parse_qs(requests[0].content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["AQTsim-code-good-ada"],
        "client_id": [CLIENT_ID],
        "client_secret": [CLIENT_SECRET],
        "redirect_uri": [REDIRECT_URI],
    }


async def test_code_without_an_id_token_is_proven_by_its_exchange(verify: Verify, now: int) -> None:
    identity = await verify(CODE, exchanged={"id_token": ...})
    assert (identity.user_id, identity.audience) == (ADA, CodeExchanged(CLIENT_ID))
    assert identity.expires_at == now + LIFE_S
    assert identity.provider_scopes == {"openid", "profile", "email"}


async def test_nonce_that_no_id_token_can_confirm_is_refused(verify: Verify) -> None:
    code = AuthorizationCode.of("AQTsim-code-good-ada", redirect_uri=REDIRECT_URI, nonce="sim-nonce")
    with pytest.raises(InvalidProviderToken):
        await verify(code, exchanged={"id_token": ...})


@pytest.mark.threat(1)
async def test_id_token_of_another_app_beside_a_code_is_refused(verify: Verify, simulator: LinkedInSimulator) -> None:
    foreign = simulator.id_tokens.mint(person("ada"), changes={"aud": FOREIGN})
    with pytest.raises(WrongAudience):
        await verify(CODE, exchanged={"id_token": foreign})


async def test_code_is_good_once(verify: Verify) -> None:
    await verify(CODE)
    with pytest.raises(InvalidProviderToken):
        await verify(CODE)


async def test_code_without_its_redirect_uri_or_with_one_that_is_not_listed_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    with pytest.raises(MissingParameter):
        await verify(AuthorizationCode.of("AQTsim-code-good-ada"))
    with pytest.raises(InvalidParameter):
        await verify(AuthorizationCode.of("AQTsim-code-good-ada", redirect_uri=REDIRECT_URI + "/"))
    assert requests == []


@pytest.mark.parametrize(
    ("status", "word", "error"),
    [
        (400, "invalid_request", InvalidProviderToken),
        (400, "invalid_grant", InvalidProviderToken),
        (401, "invalid_client", ProviderMisconfigured),
        (400, "unauthorized_client", ProviderMisconfigured),
        (400, "invalid_redirect_uri", ProviderMisconfigured),
        (400, "something_new", UnlistedRefusal),
        (503, "invalid_request", ProviderUnavailable),
    ],
)
async def test_refusal_of_a_code_is_blamed_on_whom_it_concerns(
    verify: Verify, requests: list[httpx.Request], status: int, word: str, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await verify(CODE, exchanged=(status, {"error": word, "error_description": "upstream text"}))
    assert type(caught.value) is error
    assert "upstream" not in str(caught.value)
    assert len(requests) == 1  # a code is never sent twice


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("access_token", one) for one in (..., None, "", 5)),
        *(("id_token", one) for one in (None, "", 5)),
        *(("expires_in", one) for one in (..., None, "3600", 0, True)),
        *(("scope", one) for one in (None, 5)),
    ],
)
async def test_exchange_with_a_field_of_the_wrong_type_is_not_believed(
    verify: Verify, field: str, value: object
) -> None:
    with pytest.raises(ProviderUnavailable, match=field):
        await verify(CODE, exchanged={field: value})
