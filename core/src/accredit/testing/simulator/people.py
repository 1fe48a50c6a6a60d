"""The people every simulator knows: each one is a shape of profile that has broken somebody's login."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One user of a simulated provider. `number` is the provider's id; what is None the person does not have."""

    key: str
    number: int
    name: str
    screen_name: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    has_picture: bool = True


PEOPLE = (
    Person(
        key="ada",
        number=1_000_000_000_000_001,
        name="Ada Lovelace",
        screen_name="ada",
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.com",
    ),
    # No e-mail: declined, never confirmed, or signed up by phone.
    Person(
        key="grace",
        number=1_000_000_000_000_002,
        name="Grace Hopper",
        screen_name="grace_h",
        given_name="Grace",
        family_name="Hopper",
    ),
    # No last name.
    Person(
        key="sappho",
        number=1_000_000_000_000_003,
        name="Sappho",
        screen_name="sappho",
        given_name="Sappho",
        email="sappho@example.org",
    ),
    # A name in another script.
    Person(
        key="yuki",
        number=1_000_000_000_000_004,
        name="山田 雪",
        screen_name="yuki_y",
        given_name="雪",
        family_name="山田",
        email="yuki@example.jp",
    ),
    # No picture.
    Person(
        key="alan",
        number=1_000_000_000_000_005,
        name="Alan Turing",
        screen_name="alan_t",
        given_name="Alan",
        family_name="Turing",
        email="alan@example.com",
        has_picture=False,
    ),
    # An id above 2^53: a parser that makes it a float logs in a neighbour.
    Person(
        key="max",
        number=9_007_199_254_740_993,
        name="Max Planck",
        screen_name="max_p",
        given_name="Max",
        family_name="Planck",
        email="max@example.de",
    ),
)
"""Everybody there is, the complete person first."""


_BY_KEY = {one.key: one for one in PEOPLE}


def person(key: str) -> Person:
    """Return one of `PEOPLE` by its key.

    Raises:
        KeyError: there is no such person.
    """
    return _BY_KEY[key]
