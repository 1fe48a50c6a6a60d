"""Places in a JSON value, and how they are written."""

from accredit.explaining.places import (
    LONGEST_PATH,
    at,
    branches,
    copy_of,
    leaves,
    with_other,
    without,
    written,
)

ANSWER = {"name": "Ada", "picture": {"data": {"url": "https://a.example"}}, "emails": ["a@b.example"], "none": {}}


def test_leaves_and_branches_come_in_order() -> None:
    assert [*map(written, leaves(ANSWER))] == ["name", "picture.data.url", "emails[0]", "none"]
    assert [*map(written, branches(ANSWER))] == ["picture", "picture.data", "emails"]


def test_a_change_leaves_the_value_itself_as_it_was() -> None:
    before = copy_of(ANSWER)
    place = ("picture", "data", "url")
    assert at(with_other(ANSWER, place, "x"), place) == "x"
    assert without(ANSWER, place)["picture"] == {"data": {}}
    assert without(ANSWER, ("emails", 0))["emails"] == []
    assert before == ANSWER


def test_a_name_that_is_no_plain_word_cannot_pass_for_a_path() -> None:
    assert written(("a.b", "c[0]", "", "\u202e")) == '["a.b"]["c[0]"][""]["\\u202e"]'
    assert written(("a-b", 0, "c")) == "a-b[0].c"


def test_a_path_has_a_greatest_length() -> None:
    assert written(("a" * LONGEST_PATH,)) == "a" * LONGEST_PATH
    assert written(("a" * (LONGEST_PATH + 1),)) == "a" * (LONGEST_PATH - 1) + "…"
