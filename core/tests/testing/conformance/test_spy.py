"""Calls as the spy sees them, and what it can put in the place of an answer's values."""

import json
from typing import Any

import pytest

from accredit.testing.conformance.bench.spelling import answers_with
from accredit.testing.conformance.bench.spy import Seen, renamed, said_in

URL = "https://api.good.example/me"


def parameters(content: str, url: str = URL) -> set[str]:
    return set(Seen("POST", url, ("accept",), content.encode()).form[2])


def test_a_call_has_the_names_of_its_query_and_of_its_body() -> None:
    assert parameters("a=1&b=", f"{URL}?c=2&d=") == {"a", "b", "c", "d"}
    assert parameters("", f"{URL}?c=2") == {"c"}


def test_json_has_the_names_of_its_members_however_deep() -> None:
    body = {"access_token": "a&b=c", "about": {"app": "1", "all": [{"x": 1}, {"y": [2]}]}, "none": None}
    names = {"access_token", "about", "about.app", "about.all", "about.all.[].x", "about.all.[].y", "none"}
    assert parameters(json.dumps(body), f"{URL}?c=2") == names | {"c"}
    assert parameters('["a=b"]') == set()
    assert parameters('"a=b"') == set()


def test_a_delete_has_the_names_of_its_body_too() -> None:
    seen = Seen("DELETE", URL, ("accept",), b'{"access_token": "t0ken"}')
    assert seen.form == ("DELETE", "/me", frozenset({"access_token"}), frozenset({"accept"}))
    assert seen.holds("t0ken")


def test_a_token_that_breaks_out_of_json_changes_the_form_of_the_call() -> None:
    by_hand = '{"access_token": "%s"}'
    assert parameters(by_hand % "x") != parameters(by_hand % 'x", "admin": "1')


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1000, "2000", 2000),
        (1000, "9007199254740993", 9007199254740993),
        (1000, "0001000", "0001000"),  # no number is written so
        (1000, "1e5", "1e5"),
        (1000, 1e5, 100000.0),
        ("1000", "0001000", "0001000"),
        ("1000", "2000", "2000"),
        (True, "2000", True),
        (1000.0, "2000", 1000.0),
        ("10000", "2000", "10000"),
        ("1000@mail.example", "2000", "1000@mail.example"),
    ],
)
def test_a_number_is_renamed_to_a_number_and_only_as_a_whole(old: Any, new: Any, expected: Any) -> None:
    [got] = renamed(dict.fromkeys(("1000", "True", "1000.0"), new))({"id": [old]})["id"]
    assert (got, type(got)) == (expected, type(expected))


def test_an_id_is_named_where_it_is_a_value_and_not_where_an_address_holds_it() -> None:
    answers = [{"id": 1000}, {"user": {"id": "1000"}}, {"email": "1000+ada@mail.example", "number": 10000}, [1000.0]]
    bodies = [*(json.dumps(one).encode() for one in answers), b"id=1000"]
    assert answers_with(bodies, "1000") == 2


def test_what_an_answer_says_are_its_values() -> None:
    assert said_in(b'{"a": [1, {"b": "x"}], "c": null}') == [1, "x", None]
    assert said_in(b"a=1") == []
