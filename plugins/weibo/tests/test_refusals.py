"""Who is to blame when Weibo refuses: the token, the user, the operator, Weibo, or we."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    ServerError,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit_weibo.refusals import ERRORS

Verify = Callable[..., Awaitable[Identity]]
CALLS = {"info": "get_token_info", "user": "users/show"}

# Spelt out once more, so that a line that moves is seen: what pages somebody, and what a user is told.
CODES: dict[type[ExchangeError], set[int]] = {
    InvalidProviderToken: {10006, 21301, 21314, 21315, 21316, 21317, 21319, 21325, 21327, 21332},
    WrongAudience: {21335},
    MissingPermission: {10032, 21330},
    ProviderUserBlocked: {10013, 20003, 20031},
    ProviderMisconfigured: {10004, 10005, 10014, 20022, 21321, 21324, 21326, 21337},
    ProviderQuotaExhausted: {10022},
    ProviderRateLimited: {10023, 10024},
    ProviderUnavailable: {10001, 10002, 10003, 10009, 10010, 10011, 21331},
    ProviderProtocolError: {10007, 10008, 10016, 10017, 10020, 10021, 20002, 21323},
}
CASES = [(code, error) for error, codes in CODES.items() for code in sorted(codes)]
ALERTS = {ProviderMisconfigured, ProviderProtocolError, ProviderQuotaExhausted}


def test_every_line_of_the_table_is_tested() -> None:
    assert {code for code, _ in CASES} == set(ERRORS)


OF_AN_APP = {10005, 10014, 21321, 21324, 21326, 21337}


@pytest.mark.threat(20, 49)
@pytest.mark.parametrize(
    ("call", "code", "error"),
    [
        *(("user", code, error) for code, error in CASES),
        *(("info", code, error) for code, error in CASES if code not in OF_AN_APP),
    ],
)
async def test_refusal_is_classified_by_its_code(
    verify: Verify, call: str, code: int, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (400, {"error": "private words of Weibo", "error_code": code})})

    assert type(raised.value) is error
    assert raised.value.detail == f"{CALLS[call]}: code {code}, status 400"
    assert raised.value.retry_after_s is None
    status = 500 if issubclass(error, ServerError) else 503 if issubclass(error, ProviderUnavailable) else 401
    assert (raised.value.status, raised.value.alert) == (status, error in ALERTS)


@pytest.mark.threat(49)
@pytest.mark.parametrize("code", sorted(OF_AN_APP))
async def test_the_state_of_an_app_that_may_be_anybodys_is_an_alert_once_an_hour(verify: Verify, code: int) -> None:
    with pytest.raises(UnlistedRefusal) as raised:
        await verify(info=(400, {"error": "private words of Weibo", "error_code": code}))
    assert (raised.value.status, raised.value.alert_key) == (401, f"get_token_info: {code}")


@pytest.mark.threat(20)
@pytest.mark.parametrize("call", ["info", "user"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
@pytest.mark.parametrize("code", [21_332, "21332"])
async def test_code_counts_as_number_and_as_string_whatever_the_status(
    verify: Verify, call: str, status: int, code: object
) -> None:
    with pytest.raises(InvalidProviderToken, match="code 21332"):
        await verify(**{call: (status, {"error": "invalid_access_token", "error_code": code})})


@pytest.mark.parametrize("call", ["info", "user"])
@pytest.mark.parametrize(("code", "error"), [(21_332, ProviderUnavailable), (10_014, ProviderUnavailable)])
async def test_whoever_fails_has_checked_nothing(
    verify: Verify, call: str, code: int, error: type[ExchangeError]
) -> None:
    for status in (500, 502, 503):
        with pytest.raises(ExchangeError) as raised:
            await verify(**{call: (status, {"error": "x", "error_code": code})})
        assert type(raised.value) is error


@pytest.mark.parametrize("call", ["info", "user"])
@pytest.mark.parametrize("status", [200, 400, 403, 404])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "x", "error_code": 99_999}, "99999"),
        ({"error": "x", "error_code": "10012"}, "10012"),
        ({"error_code": 20_015}, "20015"),
        ({"error": "expired_token"}, "expired_token"),
    ],
)
async def test_refusal_that_no_line_knows_is_refused_and_named_for_the_operator(
    verify: Verify, call: str, status: int, body: object, code: str
) -> None:
    with pytest.raises(UnlistedRefusal) as raised:
        await verify(**{call: (status, body)})
    assert raised.value.detail == f"{CALLS[call]}: no line for code {code}, status {status}"
    assert (raised.value.status, raised.value.alert) == (401, True)


@pytest.mark.parametrize("call", ["info", "user"])
@pytest.mark.parametrize(
    "body",
    [
        {"error": "Expired token"},
        {"error": "x", "error_code": 1_000_000},
        {"error": "expired_token", "error_code": None},
        {"error": "x", "error_code": 10_006.0},
        {"error": "x", "error_code": True},
        {"error": "x", "error_code": " 21332"},
        {"error": "x", "error_code": "２１３３２"},
        {"error": "x", "error_code": -21_332},
        {"error": "x", "error_code": [21_332]},
        {"error_code": 0},
        {"error": None},
        *(b"<html>21332</html>", b"", b"null", b"[]", b'"21332"', b'{"error_code":', b"false"),
    ],
)
async def test_refusal_that_nobody_can_read_is_an_outage(verify: Verify, call: str, body: object) -> None:
    for status in (200, 403, 502):
        with pytest.raises(ExchangeError) as raised:
            await verify(**{call: (status, body)})
        assert type(raised.value) is ProviderUnavailable
        assert "21332" not in raised.value.detail


@pytest.mark.parametrize("status", [201, 204, 400, 403, 500, 503])
async def test_success_counts_only_under_status_200(verify: Verify, status: int) -> None:
    info = {"uid": 1_000_000_000_000_001, "appkey": 2_000_000_001, "scope": None, "expire_in": 60}

    assert (await verify(info=(200, info))).user_id == "1000000000000001"
    with pytest.raises(ProviderUnavailable, match=f"status {status}"):
        await verify(info=(status, info))


@pytest.mark.parametrize("call", ["info", "user"])
async def test_connection_that_breaks_is_an_outage(verify: Verify, call: str) -> None:
    with pytest.raises(ProviderUnavailable):
        await verify(**{call: httpx.ConnectError("refused")})
