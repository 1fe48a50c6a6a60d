"""One playground for the tests of a file: a server takes its time to start."""

from collections.abc import Iterator

import pytest
from core.tests.playground.room import Room, installed, room


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with installed(tmp_path_factory.mktemp("site")), room() as one:
        yield one


@pytest.fixture
def here(shared: Room) -> Iterator[Room]:
    """The playground, and everything in order again at the end."""
    yield shared
    shared.provider.switches.turn(None)
