"""Tables of refusals: what is listed, what is not, and what is no verdict at all."""

import pytest

from accredit.errors import (
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderTokenRejected,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.provider.http import ProviderResponse
from accredit.refusals import Line, refusal

PAGE = "https://provider.example/errors"
TABLE = {
    1: Line(ProviderUnavailable, PAGE),
    4: Line(ProviderRateLimited, PAGE),
    101: Line(ProviderMisconfigured, PAGE),
    190: Line(InvalidProviderToken, PAGE),
}


def answer(status: int) -> ProviderResponse:
    return ProviderResponse(status, {}, b"")


@pytest.mark.parametrize("code", TABLE)
@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_a_listed_code_is_what_its_line_says_whatever_the_status(code: int, status: int) -> None:
    error = refusal(TABLE, code, call="me", response=answer(status))
    assert type(error) is TABLE[code].error
    assert error.detail == f"me: code {code}, status {status}"


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422])
def test_a_definite_refusal_that_is_not_listed_is_a_class_of_its_own(status: int) -> None:
    error = refusal(TABLE, 7, call="me", response=answer(status))
    assert type(error) is UnlistedRefusal
    assert (error.status, error.description, error.alert) == (401, ProviderTokenRejected.description, True)
    assert error.detail == f"me: no line for code 7, status {status}"


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("code", "kind"), [(7, ProviderUnavailable), (190, ProviderUnavailable), (1, None), (4, None)])
def test_with_a_5xx_nothing_but_an_outage_or_a_limit_is_believed(
    status: int, code: int, kind: type[ProviderUnavailable] | None
) -> None:
    error = refusal(TABLE, code, call="me", response=answer(status))
    assert type(error) is (kind or TABLE[code].error)
    assert error.status == 503


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_an_answer_without_a_code_is_an_outage(status: int) -> None:
    assert type(refusal(TABLE, None, call="me", response=answer(status))) is ProviderUnavailable


def test_only_what_may_be_tried_again_says_when() -> None:
    assert refusal(TABLE, 4, call="me", response=answer(429), retry_after_s=30).retry_after_s == 30
    assert refusal(TABLE, None, call="me", response=answer(503), retry_after_s=31).retry_after_s == 31
    assert refusal(TABLE, 190, call="me", response=answer(401), retry_after_s=32).retry_after_s is None


@pytest.mark.parametrize("source", ["", " "])
def test_a_line_without_a_source_is_none(source: str) -> None:
    with pytest.raises(ValueError, match="quotes its source"):
        Line(InvalidProviderToken, source)


@pytest.mark.parametrize("code", [0, -3, 21332, "user-suspended", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "about:blank"])
def test_the_alert_names_call_and_code(code: int | str) -> None:
    error = UnlistedRefusal("userinfo", code, status=403)
    assert error.detail == f"userinfo: no line for code {code}, status 403"
    assert error.alert_key == f"userinfo: {code}"


@pytest.mark.parametrize(
    "code", ["", "no such user", "x" * 41, "line\nbreak", "EAAB1234567890123", "\u0661", 10**10, True, None]
)
def test_what_is_no_short_word_is_not_quoted(code: object) -> None:
    error = UnlistedRefusal("me", code, status=403)  # type: ignore[arg-type]  # what a careless strategy passes on
    assert error.detail == "me: no line for code (no short word), status 403"


def test_a_number_too_long_to_be_printed_is_not_quoted() -> None:
    assert "(no short word)" in UnlistedRefusal("me", 10**5000, status=403).detail


def test_the_end_of_a_quota_is_an_alert_and_no_verdict_about_the_token() -> None:
    error = ProviderQuotaExhausted("24 hours", retry_after_s=60)
    assert (error.status, error.alert, error.retry_after_s) == (503, True, 60)
    assert error.alert_key
