"""Who is to blame when TikTok refuses: the code, the user, the operator, TikTok, or we."""

from collections.abc import Awaitable, Callable

import pytest

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit_tiktok.refusals import EXCHANGE_ERRORS, USER_ERRORS

Verify = Callable[..., Awaitable[Identity]]

# Spelt out once more, so that a line that moves is seen: what pages somebody, and what a user is told.
EXCHANGE: list[tuple[str, type[ExchangeError]]] = [
    ("invalid_grant", InvalidProviderToken),
    ("invalid_request", InvalidProviderToken),
    ("access_denied", InvalidProviderToken),
    ("invalid_client", ProviderMisconfigured),
    ("unauthorized_client", ProviderMisconfigured),
    ("unsupported_grant_type", ProviderProtocolError),
    ("server_error", ProviderUnavailable),
    ("temporarily_unavailable", ProviderUnavailable),
]
USER: list[tuple[str, type[ExchangeError]]] = [
    ("access_token_invalid", ProviderUnavailable),
    ("scope_not_authorized", MissingPermission),
    ("scope_permission_missed", MissingPermission),
    ("rate_limit_exceeded", ProviderQuotaExhausted),
    ("invalid_params", ProviderProtocolError),
    ("internal_error", ProviderUnavailable),
]


def test_every_line_of_the_tables_is_tested() -> None:
    assert dict(EXCHANGE) == {code: line.error for code, line in EXCHANGE_ERRORS.items()}
    assert dict(USER) == {code: line.error for code, line in USER_ERRORS.items()}


@pytest.mark.threat(49)
@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(("code", "error"), EXCHANGE)
async def test_refused_exchange_is_classified_by_its_code_whatever_the_status(
    verify: Verify, status: int, code: str, error: type[ExchangeError]
) -> None:
    body = {"error": code, "error_description": "private words of TikTok", "log_id": "1"}
    with pytest.raises(ExchangeError) as raised:
        await verify(token=(status, body))
    assert type(raised.value) is error
    assert raised.value.detail == f"oauth/token: code {code}, status {status}"


@pytest.mark.threat(49)
@pytest.mark.parametrize("status", [200, 401, 429])
@pytest.mark.parametrize(("code", "error"), USER)
async def test_refused_user_is_classified_by_its_code_whatever_the_status(
    verify: Verify, status: int, code: str, error: type[ExchangeError]
) -> None:
    body = {"data": {}, "error": {"code": code, "message": "private words of TikTok", "log_id": "1"}}
    with pytest.raises(ExchangeError) as raised:
        await verify(user=(status, body))
    assert type(raised.value) is error
    assert raised.value.detail == f"user/info: code {code}, status {status}"


@pytest.mark.threat(46)
async def test_token_beside_an_error_is_no_token(verify: Verify) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token={"error": "invalid_grant"})


@pytest.mark.threat(46)
@pytest.mark.parametrize("error", [..., None, "ok", {}, {"code": None}, {"code": "OK"}, {"code": 0}, {"message": "ok"}])
async def test_user_without_the_word_ok_is_no_user(verify: Verify, error: object) -> None:
    user = {"open_id": "7a8b1000000000000001-open"}
    body = {"data": {"user": user}} | ({} if error is ... else {"error": error})
    with pytest.raises(ExchangeError):
        await verify(user=(200, body))
    assert (await verify(user=(200, {"data": {"user": user}, "error": {"code": "ok"}}))).user_id == user["open_id"]


@pytest.mark.parametrize("data", [..., None, [], "x", {}, {"user": None}, {"user": []}])
async def test_success_without_a_user_is_nonsense(verify: Verify, data: object) -> None:
    body = {"error": {"code": "ok"}} | ({} if data is ... else {"data": data})
    with pytest.raises(ProviderUnavailable, match="holds no user"):
        await verify(user=(200, body))


@pytest.mark.parametrize("call", ["token", "user"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 502])
@pytest.mark.parametrize("body", [b"<html>invalid_grant</html>", b"", [], {"error": ""}, {"error": 1}, {"error": []}])
async def test_refusal_that_nobody_can_read_is_an_outage(verify: Verify, call: str, status: int, body: object) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, body)})
    assert type(raised.value) is ProviderUnavailable


@pytest.mark.parametrize(
    ("call", "name", "error"),
    [("token", "oauth/token", "user_restricted"), ("user", "user/info", {"code": "user_restricted"})],
)
async def test_refusal_that_no_line_knows_is_refused_and_named_for_the_operator(
    verify: Verify, call: str, name: str, error: object
) -> None:
    with pytest.raises(UnlistedRefusal) as raised:
        await verify(**{call: (200, {"error": error})})
    assert raised.value.detail == f"{name}: no line for code user_restricted, status 200"


@pytest.mark.parametrize("call", ["token", "user"])
async def test_whoever_fails_has_checked_nothing(verify: Verify, call: str) -> None:
    error: object = "invalid_grant" if call == "token" else {"code": "scope_not_authorized"}
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (500, {"error": error})})
    assert type(raised.value) is ProviderUnavailable


async def test_limit_of_our_app_alerts_and_says_when_to_come_back(verify: Verify) -> None:
    with pytest.raises(ProviderQuotaExhausted) as raised:
        await verify(user=(429, {"error": {"code": "rate_limit_exceeded"}}, {"Retry-After": "60"}))
    assert (raised.value.alert, raised.value.retry_after_s) == (True, 60)
