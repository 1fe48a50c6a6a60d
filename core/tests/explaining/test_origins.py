"""Where each claim of a profile came from."""

import asyncio
import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from core.tests.strategies import Acme, AcmeSettings

from accredit.audience import AppBound
from accredit.explaining.origins import DEEPEST, LONGEST_ANSWER, MOST_PLACES, USER_ID, origins
from accredit.models import Verification
from accredit.profile import Assurance, Email, Profile


class Mapped(Acme):
    """Maps a profile by a function, and counts how often."""

    def __init__(self, mapping: Callable[[Verification], Any]) -> None:
        super().__init__(AcmeSettings(app_id="1"))
        self.calls = 0
        self._mapping = mapping

    def normalize(self, verification: Verification) -> Profile:
        self.calls += 1
        profile: Profile = self._mapping(verification)
        return profile


def verification(claims: Mapping[str, Any]) -> Verification:
    return Verification(user_id="1000", audience=AppBound("1"), claims=claims)


def of(mapping: Callable[[Any], Any], claims: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]] | None:
    """Return the origins of what a mapping of claims makes, and see that these stay as they were."""
    before = copy.deepcopy(dict(claims))
    found = origins(Mapped(lambda said: mapping(said.claims)), verification(claims))
    assert dict(claims) == before
    return found


def test_a_claim_comes_from_the_leaf_that_it_is_made_of() -> None:
    found = of(
        lambda said: Profile(name=said.get("name"), picture=said["picture"]["data"].get("url")),
        {"id": "7", "name": "Ada", "picture": {"data": {"url": "https://a.example/1", "height": 50}}},
    )
    assert found == {"name": ("name",), "picture": ("picture.data.url",)}


def test_a_claim_may_come_from_several_leaves_and_a_leaf_go_into_several_claims() -> None:
    found = of(
        lambda said: Profile(name=f"{said.get('first')} {said.get('last')}", family_name=said.get("last")),
        {"first": "Ada", "last": "Lovelace"},
    )
    assert found == {"name": ("first", "last"), "family_name": ("last",)}


def test_an_entry_of_a_list_has_its_position() -> None:
    found = of(lambda said: Profile(website=said["urls"][1]), {"urls": ["https://a.example", "https://b.example"]})
    assert found == {"website": ("urls[1]",)}


def test_a_leaf_that_everything_needs_says_nothing_of_the_others() -> None:
    found = of(
        lambda said: Profile(name=said["name"], nickname=said["nick"]), {"name": "Ada", "nick": "ada", "spare": 1}
    )
    assert found == {"name": ("name",), "nickname": ("nick",)}


def test_a_leaf_that_only_says_of_which_kind_the_answer_is_is_no_origin() -> None:
    found = of(
        lambda said: Profile(name=said["name"] if "sub" in said else said.get("full")), {"sub": "7", "name": "Ada"}
    )
    assert found == {"name": ("name",)}


def test_where_two_say_the_same_the_one_that_is_read_is_found() -> None:
    found = of(
        lambda said: Profile(given_name=said.get("first_name") or said.get("given_name")),
        {"first_name": "Ada", "given_name": "Ada"},
    )
    assert found == {"given_name": ("first_name",)}


def test_a_leaf_that_need_only_be_there_is_found() -> None:
    found = of(lambda said: Profile(locale="en" if "english" in said else None), {"english": "whatever"})
    assert found == {"locale": ("english",)}


@pytest.mark.parametrize(
    ("value", "claim"),
    [(True, "yes"), (7, "yes"), (0.5, "yes"), ("female", "yes")],
    ids=["bool", "int", "float", "str"],
)
def test_each_kind_of_value_is_changed_where_it_cannot_go(value: object, claim: str) -> None:
    found = of(lambda said: Profile(nickname=claim if said["is"] == value else "no"), {"is": value, "not": None})
    assert found == {"nickname": ("is",)}


def test_where_each_of_several_will_do_the_smallest_branch_is_named() -> None:
    found = of(
        lambda said: Profile(locale="en" if any(one["on"] for one in said.get("a", {}).get("b", ())) else None),
        {"a": {"b": [{"on": True}, {"on": True}], "c": {"d": 1}}},
    )
    assert found == {"locale": ("a.b",)}


def test_a_claim_may_be_made_of_the_users_id() -> None:
    strategy = Mapped(lambda said: Profile(profile=f"https://a.example/{said.user_id}", name=said.claims.get("name")))
    assert origins(strategy, verification({"name": "Ada"})) == {"name": ("name",), "profile": (USER_ID,)}


def test_a_claim_that_nothing_decides_is_the_strategys_own() -> None:
    assert of(lambda said: Profile(zoneinfo="Asia/Seoul"), {"name": "Ada"}) == {"zoneinfo": ()}
    assert of(lambda said: Profile(zoneinfo="Asia/Seoul"), {}) == {"zoneinfo": ()}
    assert of(lambda said: Profile(), {"name": "Ada"}) == {}


def test_that_an_address_is_verified_comes_from_who_says_so() -> None:
    def mapping(said: Any) -> Profile:
        is_verified = said.get("verified", False)
        assurance = Assurance.PROVIDER_ASSERTED if is_verified is True else Assurance.UNVERIFIED
        return Profile(email=Email(said["email"], assurance) if said.get("email") else None)

    assert of(mapping, {"email": "ada@a.example", "verified": True}) == {
        "email": ("email",),
        "email_verified": ("verified",),
    }
    # Nobody says so here, though without the address there would be no such claim either.
    assert of(mapping, {"email": "ada@a.example"}) == {"email": ("email",), "email_verified": ()}


def raising(error: BaseException) -> Callable[[Any], Any]:
    def mapping(said: Any) -> Any:
        if "name" not in said:
            raise error
        return Profile(name=said["name"])

    return mapping


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), SystemExit(1), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError(), RecursionError()],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_strategy_raises_nothing_is_raised(error: BaseException) -> None:
    assert of(raising(error), {"name": "Ada"}) == {"name": ("name",)}
    assert of(raising(error), {"other": "Ada"}) is None


class Own(Profile):
    """What a plugin may take for a profile."""


class Evil(Mapping[str, Any]):
    """An answer that a plugin has made up."""

    def __getitem__(self, name: str) -> Any:
        raise SystemExit(1)

    def __iter__(self) -> Iterator[str]:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


class Number(int):
    """More than JSON can say."""


@pytest.mark.parametrize("made", [None, "Ada", Own(name="Ada")], ids=["none", "text", "own"])
def test_what_is_no_profile_has_no_origins(made: object) -> None:
    assert of(lambda said: made, {"name": "Ada"}) is None


def test_an_answer_of_a_plugins_own_making_is_not_looked_at() -> None:
    strategy = Mapped(lambda said: Profile(name="Ada"))
    assert origins(strategy, verification(Evil())) is None
    for value in (Number(1), object(), (1,), {1: 2}):
        assert origins(strategy, verification({"a": value})) is None
    assert origins(strategy, verification({"a": 1})) == {"name": ()}


def test_a_strategy_that_writes_into_its_answer_changes_nobodys() -> None:
    def mapping(said: Any) -> Profile:
        said["names"].append(1)
        return Profile(name=said.pop("name", None), nickname="one" if len(said["names"]) == 1 else "many")

    assert of(mapping, {"name": "Ada", "names": []}) == {"name": ("name",), "nickname": ()}


def nested(levels: int) -> dict[str, Any]:
    value: Any = "Ada"
    for _ in range(levels):
        value = {"in": value}
    assert isinstance(value, dict)
    return value


def looped() -> dict[str, Any]:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    return loop


@pytest.mark.parametrize(
    ("most", "more"),
    [
        ({"a": [1] * (MOST_PLACES - 1)}, {"a": [1] * MOST_PLACES}),
        ({str(n): 1 for n in range(MOST_PLACES)}, {str(n): 1 for n in range(100_000)}),
        ({"a": "x" * (LONGEST_ANSWER - 1)}, {"a": "x" * LONGEST_ANSWER}),
        ({"x" * LONGEST_ANSWER: 1}, {"x" * LONGEST_ANSWER + "x": 1}),
        (nested(DEEPEST), nested(DEEPEST + 1)),
        ({}, looped()),
    ],
    ids=["entries", "names", "text", "name", "levels", "loop"],
)
def test_only_so_much_is_looked_at(most: dict[str, Any], more: dict[str, Any]) -> None:
    strategy = Mapped(lambda said: Profile(zoneinfo="Asia/Seoul"))
    assert origins(strategy, verification(most)) == {"zoneinfo": ()}
    strategy.calls = 0
    assert origins(strategy, verification(more)) is None
    assert strategy.calls == 0


def test_a_strategy_is_asked_a_bounded_number_of_times() -> None:
    strategy = Mapped(lambda said: Profile(zoneinfo="Asia/Seoul"))
    origins(strategy, verification({"a": ["x"] * (MOST_PLACES - 1)}))
    assert strategy.calls == 1 + 4 * (MOST_PLACES - 1) + 3 + 1  # as it is; each leaf; the user's id; the list
