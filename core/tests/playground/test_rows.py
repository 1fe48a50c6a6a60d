"""Samples in rows and groups: what is the same for several people is one row."""

import dataclasses

from accredit.playground.rows import groups_of, people_of, rows_of
from accredit.playground.stock import Stock
from accredit.testing import ACCEPTED, Sample


def sample(name: str, about: str = "", *, expected: str = "invalid_token", is_foreign: bool = False) -> Sample:
    parameters = {"access_token": name}
    return Sample(name=name, about=about, parameters=parameters, expected=expected, is_foreign=is_foreign)


def told(samples: list[Sample]) -> list[tuple[str, str, list[str]]]:
    return [
        (row.kind, row.about, ["" if owner is None else owner.name for _, owner in row.samples])
        for row in rows_of(samples)
    ]


def test_what_is_the_same_for_several_people_is_one_row() -> None:
    samples = [sample("expired-ada", "too old"), sample("dead-ada", "revoked"), sample("expired-grace", "too old")]

    assert told(samples) == [
        ("expired", "too old", ["Ada Lovelace", "Grace Hopper"]),
        ("dead", "revoked", ["Ada Lovelace"]),
    ]


def test_what_differs_by_the_name_of_the_person_alone_is_the_same() -> None:
    samples = [sample("web-ada", "a login of Ada Lovelace"), sample("web-grace", "a login of Grace Hopper")]

    assert told(samples) == [("web", "a login of …", ["Ada Lovelace", "Grace Hopper"])]
    assert told(samples[:1]) == [("web", "a login of Ada Lovelace", ["Ada Lovelace"])]


def test_what_differs_in_more_is_not_the_same() -> None:
    samples = [sample("web-ada", "with an address"), sample("web-grace", "without"), sample("page-ada", "without")]

    assert [kind for kind, _, _ in told(samples)] == ["web", "web", "page"]


def test_a_name_without_a_person_is_the_first_ones_beside_others_and_else_nobodys() -> None:
    assert told([sample("old"), sample("old-grace")]) == [("old", "", ["Ada Lovelace", "Grace Hopper"])]
    assert told([sample("old")]) == [("old", "", [""])]
    assert told([sample("old-somebody")]) == [("old-somebody", "", [""])]


def test_people_are_those_of_the_first_kind_that_is_let_in() -> None:
    samples = [sample("dead-ada"), sample("good-ada", expected=ACCEPTED), sample("good-grace", expected=ACCEPTED)]
    stock = Stock(samples=[*samples, sample("web-ada", expected=ACCEPTED)])

    assert stock.people is not None
    assert [one.name for one, _ in stock.people.samples] == ["good-ada", "good-grace"]
    assert [row.kind for row in stock.others] == ["web"]
    assert people_of(samples[:1]) is None
    assert Stock(samples=samples[:1]).others == []


def test_those_of_other_apps_come_first_also_where_the_reason_does_not_say_so() -> None:
    samples = [
        sample("dead-ada"),
        sample("theirs-ada", is_foreign=True),
        sample("down-ada", expected="provider_unavailable"),
        sample("foreign-ada", expected="wrong_audience", is_foreign=True),
        sample("named-ada", expected="wrong_audience"),
    ]

    found = [(group.reason, group.is_foreign, [one.name for one in group.samples]) for group in groups_of(samples)]
    assert found == [
        ("wrong_audience", False, ["foreign-ada", "named-ada"]),
        ("invalid_token", True, ["theirs-ada"]),
        ("invalid_token", False, ["dead-ada"]),
        ("provider_unavailable", False, ["down-ada"]),
    ]


def test_the_story_is_told_with_a_token_that_surely_is_another_apps() -> None:
    unbound, surely = (sample(name, expected="wrong_audience", is_foreign=name == "b") for name in "ab")

    assert Stock(samples=[unbound, surely]).of_another_app is surely
    jwt = dataclasses.replace(unbound, parameters={"access_token": "e30.e30.e30"})
    assert Stock(samples=[surely, unbound, jwt]).of_another_app is jwt
    assert Stock(samples=[sample("c", is_foreign=True), unbound]).of_another_app is unbound
    assert Stock(samples=[sample("d"), sample("c", is_foreign=True)]).of_another_app == sample("c", is_foreign=True)
    assert Stock(samples=[sample("d")]).of_another_app is None
