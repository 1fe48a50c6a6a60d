"""When a provider may be asked again: `Retry-After` as RFC 9110 has it, and as nobody should have it."""

import pytest

from accredit.provider.http import ProviderResponse
from accredit.refusals import retry_after_s

NOW = 784_111_747.0  # Sun, 06 Nov 1994 08:49:07 GMT


def seconds(value: str | None) -> int | None:
    headers = {} if value is None else {"retry-after": value}
    return retry_after_s(ProviderResponse(429, headers, b""), now=NOW)


@pytest.mark.parametrize(
    ("value", "expected"), [("0", 0), ("30", 30), (" 30 ", 30), ("007", 7), ("999999999", 999999999)]
)
def test_seconds_are_seconds(value: str, expected: int) -> None:
    assert seconds(value) == expected


# All three forms of RFC 9110 section 5.6.7.
@pytest.mark.parametrize(
    "value", ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
)
def test_a_date_is_the_seconds_until_then(value: str) -> None:
    assert seconds(value) == 30


def test_a_part_of_a_second_counts_as_a_whole_one() -> None:
    response = ProviderResponse(503, {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, b"")
    assert retry_after_s(response, now=NOW + 0.5) == 30


def test_a_date_in_the_past_is_now() -> None:
    assert seconds("Sun, 06 Nov 1994 08:49:06 GMT") == 0


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "soon", "-1", "+1", "1.5", "1e3", "30, 60", "3_0", "٣٠", "³", "9" * 10, "9" * 5000),
        *("Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT"),
        *("Sun, 06 Nov 1994 08:49:37 +0200", "Sun, 06 Xyz 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        *("Sunday, 31-Feb-94 08:49:37 GMT", "Sun Feb 31 08:49:37 1994", "Sun, 06 Nov 99999 08:49:37 GMT"),
    ],
)
def test_what_cannot_be_read_is_nothing(value: str | None) -> None:
    assert seconds(value) is None
