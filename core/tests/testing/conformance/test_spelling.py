"""What the provider said, and how an id is spelled in it."""

import base64
import json
from typing import Any

import pytest
from core.tests.testing.conformance.good import Good, GoodSimulator
from core.tests.testing.conformance.shapes import Composite, CompositeSimulator, suite_of

from accredit.testing import Sample
from accredit.testing.conformance.bench.spelling import Answers, Spelling, spelling_of
from accredit.testing.conformance.bench.spy import Seen

PLAIN: Any = suite_of(Good, GoodSimulator)()
PARTS: Any = suite_of(Composite, CompositeSimulator)()


def said(*bodies: Any, credential: str = "opaque") -> Answers:
    sample = Sample(name="one", about="", parameters={"access_token": credential}, expected="accepted")
    texts = (body if isinstance(body, str) else json.dumps(body) for body in bodies)
    return Answers.of(sample, [Seen("GET", "https://x.example", (), b"", text.encode()) for text in texts])


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        ({"id": 1000}, True),
        ({"user": [{"id": "1000"}]}, True),
        ({"urn": "people/1000"}, True),
        ("callback({'id': 1000});", True),
        ("uid=1000&name=x", True),
        ({"id": 10000}, False),
        ({"id": "01000"}, False),
        ({"id": 1000.5}, False),
        ({"email": "1000+ada@mail.example"}, False),
        ({"id": "1000-1"}, False),
    ],
)
def test_an_id_was_said_where_it_stands_as_a_whole(body: Any, holds: bool) -> None:
    assert said(body).holds("1000") is holds


@pytest.mark.parametrize(
    "credential",
    [
        base64.urlsafe_b64encode(b'{"id": 1000}').decode().rstrip("=") + ".signature",
        "id=1000&hash=abc",
        "user=%7B%22id%22%3A1000%2C%22first_name%22%3A%22Ada%22%7D&hash=abc",
    ],
)
def test_an_id_may_stand_in_a_signed_payload(credential: str) -> None:
    assert said(credential=credential).holds("1000")
    assert not said(credential=credential).holds("100")


def test_the_near_misses_are_of_the_type_that_was_said() -> None:
    assert "0001000" in said({"id": "1000"}).near_misses("1000")
    numbers = said({"id": 1000}, {"id": "1000"}).near_misses("1000")
    assert "0001000" not in numbers
    assert {type(one) for one in numbers} == {str, float, bool}


def test_a_composite_id_is_spelled_with_the_parts_of_what_was_said() -> None:
    answer = {"team": "T-1", "id": 42, "app": "T"}
    spelling = spelling_of(PARTS, "T-1.42", said(answer), name="one")
    assert spelling == Spelling(("T-1", "42"), (".",))
    assert str(spelling) == "T-1.42"
    assert spelling.with_part("42", "7") == "T-1.7"
    assert spelling_of(PARTS, "https://x/.42", said({"iss": "https://x/", "id": "42"}), name="one").between == (".",)


@pytest.mark.parametrize("user_id", ["t-1.42", "T-142", "T-1.", ".42", "T-1.420", "42", "T-1....42"])
def test_what_the_provider_did_not_say_is_no_composite_id(user_id: str) -> None:
    with pytest.raises(AssertionError, match=r"is not made of|is one value"):
        spelling_of(PARTS, user_id, said({"team": "T-1", "id": 42}), name="one")


def test_a_plain_id_is_one_value() -> None:
    assert spelling_of(PLAIN, "1000", said({"id": 1000}), name="one") == Spelling(("1000",))
    with pytest.raises(AssertionError, match="declare the trait composite_ids"):
        spelling_of(PLAIN, "T.1000", said({"team": "T", "id": 1000}), name="one")
