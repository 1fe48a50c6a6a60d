"""The garbage collector of a server."""

import gc
from collections.abc import Iterator

import pytest

from accredit.serving.garbage import settle


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_lives_at_the_start_is_never_walked_again_and_the_young_are_walked_less_often() -> None:
    usual = gc.get_threshold()[0]
    settle()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold()[0] > 5 * usual


def test_garbage_is_still_found() -> None:
    settle()
    for _ in range(2 * gc.get_threshold()[0]):
        cycle: list[object] = []
        cycle.append(cycle)
    assert gc.get_count()[0] < gc.get_threshold()[0]
    assert gc.get_stats()[0]["collections"] > 0
