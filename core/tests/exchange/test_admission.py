"""Admission: how many at once, and whose places nobody else can take."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given, strategies

from accredit.errors import Overloaded
from accredit.exchange.admission import OWN_SHARE, Admission

NAMES = ("acme", "globex", "initech")


def admission(connections: tuple[str, ...] = ("acme", "globex"), most: int = 16) -> Admission:
    return Admission(connections, max_exchanges=most, tell=lambda _: None)


@contextmanager
def filled(door: Admission, connection: str) -> Iterator[int]:
    """Let one connection take all it gets."""
    with ExitStack() as inside:
        try:
            for _ in range(10_000):
                inside.enter_context(door.login(connection))
        except Overloaded:
            yield door.logins[connection]


async def test_a_connection_whose_provider_hangs_leaves_the_others_theirs() -> None:
    door = admission()
    with filled(door, "acme") as taken:
        assert taken == 14
        with filled(door, "globex") as left:
            assert left == 2
        with door.refresh(), door.login("globex"):
            pass
    assert door.logins == {"acme": 0, "globex": 0}
    with filled(door, "globex") as taken:
        assert taken == 14


async def test_a_connection_alone_takes_all_places() -> None:
    with filled(admission(("acme",)), "acme") as taken:
        assert taken == 16


async def test_each_connection_has_one_place_however_few_there_are() -> None:
    door = admission(most=1)
    with filled(door, "acme") as taken, filled(door, "globex") as others:
        assert (taken, others) == (1, 1)


async def test_refreshes_are_bounded_too_and_stand_in_no_line_with_logins() -> None:
    door = admission(most=2)
    with filled(door, "acme"), door.refresh(), door.refresh():
        assert door.refreshes == 2
        with pytest.raises(Overloaded) as refused, door.refresh():
            pass
    assert (refused.value.status, refused.value.error, refused.value.retry_after_s) == (
        503,
        "temporarily_unavailable",
        1,
    )
    assert door.refreshes == 0


@pytest.mark.parametrize("connection", ["unknown", None, [], 5])
async def test_what_is_refused_without_waiting_needs_no_place(connection: object) -> None:
    door = admission(most=1)
    with filled(door, "acme"), filled(door, "globex"), door.login(connection):
        pass


async def test_those_who_are_turned_away_are_summed_up_in_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.exchange.admission.SUM_S", 0.01)
    told: list[int] = []
    door = Admission(["acme"], max_exchanges=1, tell=told.append)
    for count in (3, 2):
        for _ in range(count):
            with pytest.raises(Overloaded), door.login("acme"), door.login("acme"):
                pass
        await asyncio.sleep(0.05)
    with pytest.raises(Overloaded), door.login("acme"), door.login("acme"):
        pass
    await door.close()
    await door.close()
    assert (told, door.turned_away) == ([3, 2, 1], 6)


@given(
    most=strategies.integers(1, 40),
    moves=strategies.lists(strategies.tuples(strategies.sampled_from(NAMES), strategies.booleans()), max_size=120),
)
async def test_whoever_comes_and_goes_the_shares_hold(most: int, moves: list[tuple[str, bool]]) -> None:
    door = admission(NAMES, most)
    own = max(1, most // (OWN_SHARE * len(NAMES)))
    inside: dict[str, list[ExitStack]] = {name: [] for name in NAMES}
    for name, comes in moves:
        if comes:
            stack, before = ExitStack(), door.logins[name]
            try:
                stack.enter_context(door.login(name))
                inside[name].append(stack)
            except Overloaded:
                assert before >= own
                beyond = sum(max(0, count - own) for count in door.logins.values())
                assert beyond == max(0, most - own * len(NAMES))
        elif inside[name]:
            inside[name].pop().close()
        assert door.logins == {one: len(there) for one, there in inside.items()}
        assert sum(door.logins.values()) <= max(most, len(NAMES))
    await door.close()
