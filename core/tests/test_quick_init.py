"""What is made quickly is in everything else what `dataclass` makes of it."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import pytest

from accredit._quick_init import with_quick_init
from accredit.audience import AppBound
from accredit.audit.events import ExchangeEvent, RefreshEvent
from accredit.models import Identity, Login, Subject, Verification
from accredit.profile import Assurance, Email, Profile
from accredit.storage import Session


@with_quick_init
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    z: int = dataclasses.field(default=3, repr=False)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x")


class Derived(Point):
    """With a place for more."""


IDENTITY = Identity(
    connection="c", strategy="s", namespace="n", user_id="1", profile=Profile(name="Ada"), audience=AppBound("a")
)
LOGIN = Login(client_id="app", identity=IDENTITY, subject=Subject("s"), scopes=(), audience="a")
VALUES = [
    Point(1),
    IDENTITY,
    LOGIN,
    Profile(name="Ada", email=Email("a@example.com", Assurance.UNVERIFIED)),
    Verification(user_id="1", audience=AppBound("a"), claims={"id": "1"}),
    ExchangeEvent(outcome="accepted", status=200, linked=True),
    RefreshEvent(outcome="accepted", status=200),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_frozen_and_like_its_copies(value: Any) -> None:
    for name in (dataclasses.fields(value)[0].name, dataclasses.fields(value)[-1].name):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, None)
    assert not hasattr(value, "__dict__")
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value)), replace(value)):  # noqa: S301 - our own
        assert type(other) is type(value)
        assert other == value


def test_its_parts_are_as_they_were_given_or_their_defaults() -> None:
    assert repr(Point(1)) == "Point(x=1, y=2)"
    assert Point(1, 4) == Point(x=1, y=4, z=3)
    assert hash(Point(1)) == hash(Point(1, 2, 3))
    assert replace(Point(1), y=5) == Point(1, 5)
    assert str(inspect.signature(Point)) == "(x: int, y: int = 2, z: int = 3) -> None"


def test_it_says_which_part_is_missing_or_too_much() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg] # that is the point
    with pytest.raises(TypeError, match="unexpected keyword argument 'w'"):
        Point(1, w=2)  # type: ignore[call-arg] # that is the point
    with pytest.raises(TypeError, match=r"missing .* required keyword-only arguments"):
        Session(id="1")  # type: ignore[call-arg] # that is the point


def test_it_is_checked_in_the_end() -> None:
    with pytest.raises(ValueError, match="x"):
        Point(-1)


def test_a_class_derived_from_it_is_made_in_the_usual_way() -> None:
    derived = Derived(1, z=4)
    assert (type(derived), derived.x, derived.y, derived.z) == (Derived, 1, 2, 4)
    with pytest.raises(FrozenInstanceError):
        derived.x = 2  # type: ignore[misc] # that is the point
    with pytest.raises(ValueError, match="x"):
        Derived(-1)
