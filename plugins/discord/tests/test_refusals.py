"""Who is to blame when Discord refuses: the token, the user, the operator, Discord, or we."""

from collections.abc import Awaitable, Callable, Mapping

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
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit_discord.refusals import ERRORS

Verify = Callable[..., Awaitable[Identity]]
NAMES = {"me": "oauth2/@me", "user": "users/@me"}

# Spelt out once more, so that a line that moves is seen: what pages somebody, and what a user is told.
CASES: list[tuple[int | str, int, object, type[ExchangeError]]] = [
    ("400", 400, 0, ProviderProtocolError),
    ("401", 401, 0, InvalidProviderToken),
    ("404", 404, 0, ProviderProtocolError),
    ("405", 405, 0, ProviderProtocolError),
    (40001, 401, 40001, InvalidProviderToken),
    (50014, 401, 50014, InvalidProviderToken),
    (50025, 403, 50025, InvalidProviderToken),
    (50001, 403, 50001, MissingPermission),
    (50026, 403, 50026, MissingPermission),
    (10013, 404, 10013, ProviderUserBlocked),
    (40002, 403, 40002, ProviderUserBlocked),
    (40333, 403, 40333, ProviderMisconfigured),
    ("limit", 429, 0, ProviderRateLimited),
    (130000, 503, 130000, ProviderUnavailable),
    (50035, 400, 50035, ProviderProtocolError),
]


def test_every_line_of_the_table_is_tested() -> None:
    assert {code for code, *_ in CASES} | {"ban"} == set(ERRORS)


@pytest.mark.threat(49)
@pytest.mark.parametrize("call", ["me", "user"])
@pytest.mark.parametrize(("name", "status", "code", "error"), CASES)
async def test_refusal_is_classified_by_its_code(
    verify: Verify, call: str, name: int | str, status: int, code: object, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, {"message": "private words of Discord", "code": code})})
    assert type(raised.value) is error
    assert raised.value.detail == f"{NAMES[call]}: code {name}, status {status}"


@pytest.mark.parametrize("call", ["me", "user"])
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Access denied</title>", b"error code: 1015", b"", [], {}])
async def test_limit_without_json_is_the_ban_of_our_address_and_wakes_the_operator(
    verify: Verify, call: str, body: object
) -> None:
    with pytest.raises(ProviderQuotaExhausted) as raised:
        await verify(**{call: (429, body, {"Retry-After": "3600"})})
    assert (raised.value.alert, raised.value.retry_after_s) == (True, 3600)


@pytest.mark.parametrize(
    ("stated", "headers", "wait_s"),
    [
        (64.57, {"Retry-After": "66"}, 66),
        (64.57, {}, 65),
        (0.35, {}, 1),
        (5, {}, 5),
        (-1.5, {}, 0),
        (1e300, {}, 86_400),
        ("64.57", {}, None),
        (True, {}, None),
        (None, {}, None),
    ],
)
async def test_wait_is_the_header_else_the_number_rounded_up(
    verify: Verify, stated: object, headers: Mapping[str, str], wait_s: int | None
) -> None:
    body = {"message": "You are being rate limited.", "retry_after": stated, "global": False}
    with pytest.raises(ProviderRateLimited) as raised:
        await verify(me=(429, body, headers))
    assert type(raised.value) is ProviderRateLimited
    assert raised.value.retry_after_s == wait_s


@pytest.mark.parametrize("call", ["me", "user"])
@pytest.mark.parametrize(("status", "code", "shown"), [(403, 40006, 40006), (400, 10002, 10002), (403, 0, 403)])
async def test_refusal_that_no_line_knows_is_refused_and_named_for_the_operator(
    verify: Verify, call: str, status: int, code: int, shown: int
) -> None:
    with pytest.raises(UnlistedRefusal) as raised:
        await verify(**{call: (status, {"message": "x", "code": code})})
    assert raised.value.detail == f"{NAMES[call]}: no line for code {shown}, status {status}"


@pytest.mark.parametrize("call", ["me", "user"])
@pytest.mark.parametrize("status", [400, 401, 403, 500, 502])
@pytest.mark.parametrize("body", [b"<html>50025</html>", b"", [], {}, {"code": "50025"}, {"code": True}, {"code": 5e4}])
async def test_refusal_that_nobody_can_read_is_an_outage(verify: Verify, call: str, status: int, body: object) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, body)})
    assert type(raised.value) is ProviderUnavailable


@pytest.mark.parametrize("call", ["me", "user"])
async def test_whoever_fails_has_checked_nothing(verify: Verify, call: str) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (500, {"message": "401: Unauthorized", "code": 50025})})
    assert type(raised.value) is ProviderUnavailable
