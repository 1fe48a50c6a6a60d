from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.credentials import AccessToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import Between

LogIn = Callable[..., Awaitable[Identity]]

ME = "/v1/nid/me"
SAID = "upstream text that must go nowhere"


def refused(code: object) -> dict[str, object]:
    return {"resultcode": code, "message": SAID}


ANSWERS: list[tuple[int, Any, type[ExchangeError], type[ExchangeError]]] = [
    # Of a token that a code has just brought, and of one that anybody's app may have got.
    (401, refused("024"), ProviderUnavailable, InvalidProviderToken),
    (401, {"errorCode": "024", "errorMessage": SAID}, ProviderUnavailable, InvalidProviderToken),
    (200, refused("024"), ProviderUnavailable, InvalidProviderToken),
    (401, refused("028"), ProviderProtocolError, ProviderProtocolError),
    (403, refused("403"), ProviderMisconfigured, UnlistedRefusal),
    (404, refused("404"), UnlistedRefusal, UnlistedRefusal),
    (429, {"errorCode": "010", "errorMessage": SAID}, ProviderRateLimited, ProviderRateLimited),
    (429, {"errorCode": "012", "errorMessage": SAID}, ProviderRateLimited, ProviderRateLimited),
    (429, "<html>", ProviderRateLimited, ProviderRateLimited),
    (500, refused("500"), ProviderUnavailable, ProviderUnavailable),
    (500, refused("024"), ProviderUnavailable, ProviderUnavailable),  # whoever fails like this has checked nothing
    (400, refused("777"), UnlistedRefusal, UnlistedRefusal),
    (401, refused(SAID), ProviderUnavailable, ProviderUnavailable),
    (401, refused(24), ProviderUnavailable, ProviderUnavailable),
    (401, refused("00"), ProviderUnavailable, ProviderUnavailable),
    (403, "<html>", ProviderUnavailable, ProviderUnavailable),
    (200, "<html>", ProviderUnavailable, ProviderUnavailable),
    (200, [], ProviderUnavailable, ProviderUnavailable),
    (200, {"response": {"id": "1"}}, ProviderUnavailable, ProviderUnavailable),
    (200, {"resultcode": 0, "response": {"id": "1"}}, ProviderUnavailable, ProviderUnavailable),
    (201, {"resultcode": "00", "response": {"id": "1"}}, ProviderUnavailable, ProviderUnavailable),
]


@pytest.mark.parametrize(("status", "body", "fresh", "anybodys"), ANSWERS)
async def test_a_refusal_is_blamed_on_whom_it_concerns(
    log_in: LogIn,
    connect: Any,
    between: Between,
    status: int,
    body: Any,
    fresh: type[ExchangeError],
    anybodys: type[ExchangeError],
) -> None:
    between.instead[ME] = (status, body)
    with pytest.raises(ExchangeError) as of_a_code:
        await log_in("sim-good-ada")
    async with connect() as exchange:
        with pytest.raises(ExchangeError) as of_a_token:
            await exchange.verify("naver", AccessToken.of("AAAAsim-good-ada"))
    assert (type(of_a_code.value), type(of_a_token.value)) == (fresh, anybodys)
    assert SAID not in f"{of_a_code.value} {of_a_token.value}"


@pytest.mark.threat(49)
async def test_our_app_is_at_fault_only_where_the_token_is_known_to_be_of_our_app(connect: Any, log_in: LogIn) -> None:
    with pytest.raises(ProviderMisconfigured) as ours:
        await log_in("sim-no_api-ada")
    assert ours.value.alert
    async with connect() as exchange:
        with pytest.raises(UnlistedRefusal) as anybodys:
            await exchange.verify("naver", AccessToken.of("AAAAsim-no_api-ada"))
    assert (anybodys.value.status, anybodys.value.alert_key) == (401, "nid/me: 403")


@pytest.mark.threat(8, 27)
@pytest.mark.parametrize(
    "user",
    [None, [], "x", {}, *({"id": value} for value in (None, "", 1, True, ["1"], "a|b", "a b", "1\n", "é", "x" * 129))],
    ids=repr,
)
async def test_a_user_has_an_id_or_nobody_logs_in(log_in: LogIn, between: Between, user: object) -> None:
    between.instead[ME] = (200, {"resultcode": "00", "message": "success", "response": {"id": "x" * 128}})
    assert (await log_in("sim-good-ada")).user_id == "x" * 128
    between.instead[ME] = (200, {"resultcode": "00", "message": "success", "response": user})
    with pytest.raises(ProviderUnavailable):
        await log_in("sim-good-ada.1")


async def test_a_limit_says_how_long_to_wait(log_in: LogIn) -> None:
    with pytest.raises(ProviderRateLimited):
        await log_in("sim-quota-ada")
