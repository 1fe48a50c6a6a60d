"""Values of old databases: read exactly, or not at all."""

import datetime as dt
from uuid import UUID

import pytest

from accredit.importers.rows.values import epoch_seconds, exact_text, is_true, json_value, subject_id


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10158000000000001, "10158000000000001"),
        (109876543210987654321, "109876543210987654321"),
        ("007", "007"),
        ("aBc", "aBc"),
        (" 1", " 1"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (1.5e16, None),
        (True, None),
        (b"1", None),
        (None, None),
    ],
)
def test_an_id_is_text_letter_for_letter(value: object, text: str | None) -> None:
    assert exact_text(value) == text


def test_a_uuid_that_has_lost_its_dashes_gets_them_back_only_where_somebody_says_that_it_is_one() -> None:
    bare = UUID(int=1).hex
    assert subject_id(bare, "uuid") == "00000000-0000-0000-0000-000000000001"
    assert subject_id(bare, "text") == bare
    assert subject_id(bare, None) is None
    assert subject_id("ada", "uuid") == "ada"
    assert subject_id(7, None) == "7"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1_800_000_000, 1_800_000_000),
        ("2027-01-15 08:00:00.500000", 1_800_000_000),
        ("2027-01-15T08:00:00+00:00", 1_800_000_000),
        (dt.datetime(2027, 1, 15, 8), 1_800_000_000),  # noqa: DTZ001 - as SQLite hands it over
        (dt.datetime(2027, 1, 15, 10, tzinfo=dt.timezone(dt.timedelta(hours=2))), 1_800_000_000),
        ("yesterday", None),
        (1.5, None),
        (None, None),
    ],
)
def test_a_time_without_a_zone_is_utc(value: object, seconds: int | None) -> None:
    assert epoch_seconds(value) == seconds


@pytest.mark.parametrize(("value", "truth"), [(True, True), (1, True), (0, False), (None, False), ("yes", False)])
def test_only_what_is_clearly_set_is_set(value: object, truth: bool) -> None:
    assert is_true(value) is truth


@pytest.mark.parametrize(("value", "read"), [('["a"]', ["a"]), (["a"], ["a"]), ("{", None), (None, None)])
def test_json_is_read_where_the_driver_has_not(value: object, read: object) -> None:
    assert json_value(value) == read
