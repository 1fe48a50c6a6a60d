"""Who is to blame when GitHub refuses: the token, the user, the operator, GitHub, or we."""

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
from accredit_github.refusals import CHECK_ERRORS, USER_ERRORS

Verify = Callable[..., Awaitable[Identity]]
NAMES = {"check": "check-token", "user": "user", "emails": "user/emails"}

SUSPENDED = "Sorry. Your account was suspended."
ATTEMPTS = "Maximum number of login attempts exceeded. Please try again later."
SECONDARY = "You have exceeded a secondary rate limit. Please wait."
SPENT = {"X-RateLimit-Remaining": "0"}

# Spelt out once more, so that a line that moves is seen: what pages somebody, and what a user is told.
CASES: list[tuple[str, str, int, str, Mapping[str, str], type[ExchangeError]]] = [
    ("check", "404", 404, "Not Found", {}, InvalidProviderToken),
    ("check", "401", 401, "Bad credentials", {}, ProviderMisconfigured),
    ("check", "401", 401, "Requires authentication", {}, ProviderMisconfigured),
    ("check", "400", 400, "Problems parsing JSON", {}, ProviderProtocolError),
    ("check", "primary limit", 403, "API rate limit exceeded", SPENT, ProviderQuotaExhausted),
    ("check", "primary limit", 429, "API rate limit exceeded", SPENT, ProviderQuotaExhausted),
    ("check", "limit", 403, SECONDARY, {}, ProviderRateLimited),
    ("check", "limit", 403, "Slow down", {"Retry-After": "5"}, ProviderRateLimited),
    ("check", "limit", 429, "Too many requests", {}, ProviderRateLimited),
    ("check", "attempts", 403, ATTEMPTS, {}, ProviderMisconfigured),
    ("user", "401", 401, "Bad credentials", {}, InvalidProviderToken),
    ("user", "suspended", 403, SUSPENDED, {}, ProviderUserBlocked),
    ("user", "sso", 403, "Resource protected", {"X-GitHub-SSO": "required"}, MissingPermission),
    ("user", "400", 400, "Problems", {}, ProviderProtocolError),
    ("user", "404", 404, "Not Found", {}, ProviderProtocolError),
    ("user", "primary limit", 403, "API rate limit exceeded", SPENT, ProviderRateLimited),
    ("user", "limit", 403, SECONDARY, {}, ProviderRateLimited),
    ("user", "attempts", 403, ATTEMPTS, {}, ProviderRateLimited),
    ("emails", "401", 401, "Bad credentials", {}, InvalidProviderToken),
    ("emails", "primary limit", 403, "API rate limit exceeded", SPENT, ProviderRateLimited),
    ("emails", "limit", 429, SECONDARY, {}, ProviderRateLimited),
]


def test_every_line_of_the_tables_is_tested() -> None:
    assert {code for call, code, *_ in CASES if call == "check"} == set(CHECK_ERRORS)
    assert {code for call, code, *_ in CASES if call == "user"} == set(USER_ERRORS)


@pytest.mark.threat(49)
@pytest.mark.parametrize(("call", "code", "status", "message", "headers", "error"), CASES)
async def test_refusal_is_classified_by_its_status_headers_and_sentence(
    verify: Verify,
    call: str,
    code: str,
    status: int,
    message: str,
    headers: Mapping[str, str],
    error: type[ExchangeError],
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, {"message": message, "status": str(status)}, headers)})

    assert type(raised.value) is error
    assert raised.value.detail == f"{NAMES[call]}: code {code}, status {status}"
    assert message not in raised.value.detail


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "30", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795000900"}, 30),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795000900"}, 900),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1794999999"}, 0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 20}, 86_400),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Remaining": "0"}, None),
        ({"X-RateLimit-Remaining": "1"}, 60),
        ({}, 60),
    ],
)
async def test_wait_is_what_github_names_and_else_a_minute(
    verify: Verify, headers: Mapping[str, str], wait_s: int | None
) -> None:
    with pytest.raises(ProviderRateLimited) as raised:
        await verify(user=(429, {"message": SECONDARY}, headers))
    assert raised.value.retry_after_s == wait_s


@pytest.mark.parametrize("call", ["check", "user"])
@pytest.mark.parametrize(("status", "message"), [(422, "Validation Failed"), (403, "Forbidden"), (410, "Gone")])
async def test_refusal_that_no_line_knows_is_refused_and_named_for_the_operator(
    verify: Verify, call: str, status: int, message: str
) -> None:
    with pytest.raises(UnlistedRefusal) as raised:
        await verify(**{call: (status, {"message": message})})
    assert raised.value.detail == f"{NAMES[call]}: no line for code {status}, status {status}"


@pytest.mark.parametrize("call", ["check", "user", "emails"])
@pytest.mark.parametrize("status", [401, 422, 500, 502, 503])
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Unicorn!</title>", b"", [], {"message": 1}, {}])
async def test_answer_that_is_not_of_githubs_form_is_an_outage(
    verify: Verify, call: str, status: int, body: object
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, body)})
    assert type(raised.value) is ProviderUnavailable


@pytest.mark.parametrize("call", ["check", "user", "emails"])
async def test_whoever_fails_has_checked_nothing(verify: Verify, call: str) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (503, {"message": "Bad credentials"})})
    assert type(raised.value) is ProviderUnavailable


@pytest.mark.parametrize("status", [201, 202, 204])
async def test_success_counts_only_under_status_200(verify: Verify, status: int) -> None:
    with pytest.raises(ExchangeError):
        await verify(check=(status, {"app": {}}))
