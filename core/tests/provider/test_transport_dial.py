"""All addresses of a host are tried, and one connection is left."""

import asyncio
from collections.abc import Callable

import pytest

from accredit.provider.transport import dial
from accredit.provider.transport.connection import Connection
from accredit.provider.transport.dial import first_connection


class Host:
    """Addresses that behave as their names say, and what has become of them."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.opened: dict[str, Connection] = {}

    async def connect(self, address: str) -> Connection:
        self.tried.append(address)
        kind = address.partition("-")[0]
        if kind == "refuses":
            raise ConnectionRefusedError(address)
        if kind == "silent":
            await asyncio.Event().wait()
        self.opened[address] = Connection(asyncio.get_running_loop())
        return self.opened[address]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(dial, "HEAD_START_S", 0.01)
    return Host()


@pytest.mark.parametrize(
    ("addresses", "winner", "tried"),
    [
        (["good-1", "good-2"], "good-1", ["good-1"]),
        (["refuses-1", "good-2", "good-3"], "good-2", ["refuses-1", "good-2"]),
        (["silent-1", "good-2", "good-3"], "good-2", ["silent-1", "good-2"]),
        (["silent-1", "silent-2", "refuses-3", "good-4"], "good-4", ["silent-1", "silent-2", "refuses-3", "good-4"]),
    ],
)
async def test_the_first_that_answers_wins(host: Host, addresses: list[str], winner: str, tried: list[str]) -> None:
    connection = await first_connection(host.connect, addresses)
    assert connection is host.opened[winner]
    assert connection.is_usable
    assert host.tried == tried


async def test_the_last_failure_is_told_where_all_fail(host: Host) -> None:
    with pytest.raises(ConnectionRefusedError, match="refuses-2"):
        await first_connection(host.connect, ["refuses-1", "refuses-2"])


async def test_a_silent_address_is_waited_for_while_nothing_else_is_left(host: Host) -> None:
    attempt = asyncio.create_task(first_connection(host.connect, ["silent-1", "refuses-2"]))
    done, _ = await asyncio.wait([attempt], timeout=0.1)
    assert not done
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt


@pytest.mark.parametrize("release_both", [True, False])
async def test_whoever_comes_second_is_closed(host: Host, release_both: bool) -> None:
    release = asyncio.Event()

    async def connect(address: str) -> Connection:
        host.tried.append(address)
        await release.wait()
        if address == "slow-2" and not release_both:
            await asyncio.Event().wait()  # is cancelled here
        host.opened[address] = Connection(asyncio.get_running_loop())
        return host.opened[address]

    attempt = asyncio.create_task(first_connection(connect, ["slow-1", "slow-2"]))
    await _until(lambda: len(host.tried) == 2)
    release.set()
    winner = await attempt
    await asyncio.sleep(0)
    assert winner.is_usable
    assert [one for one in host.opened.values() if one.is_usable] == [winner]
    assert len(host.opened) == (2 if release_both else 1)


async def test_a_cancelled_attempt_closes_what_was_opened_at_that_moment(host: Host) -> None:
    release = asyncio.Event()

    async def connect(address: str) -> Connection:
        host.tried.append(address)
        await release.wait()
        return await host.connect(address)

    attempt = asyncio.create_task(first_connection(connect, ["good-1"]))
    await _until(lambda: len(host.tried) == 1)
    release.set()
    await _until(lambda: "good-1" in host.opened)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    await asyncio.sleep(0)
    assert not host.opened["good-1"].is_usable


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - nothing tells us
        await asyncio.sleep(0)
