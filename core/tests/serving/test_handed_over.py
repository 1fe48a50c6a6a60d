"""Sockets that a service manager hands over, and what it is told."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from accredit.errors import ConfigurationError
from accredit.serving.handed_over import HandedOver
from accredit.serving.listener import url_of
from accredit.serving.supervisor import Supervisor

HandOver = Callable[..., dict[str, str]]
FIRST = 700
"""Descriptors that nobody has."""


@pytest.fixture
def hand_over() -> Iterator[HandOver]:
    """Put sockets where a service manager would, beginning at `FIRST`; returns the variables."""
    with ExitStack() as stack:

        def hand_over(*sockets: socket.socket, names: str = "", pid: int = os.getpid()) -> dict[str, str]:
            for descriptor, one in enumerate(sockets, FIRST):
                os.dup2(one.fileno(), descriptor)
                stack.callback(_close, descriptor)
                one.close()
            return {"LISTEN_PID": str(pid), "LISTEN_FDS": str(len(sockets)), "LISTEN_FDNAMES": names, "HOME": "/"}

        yield hand_over


def _close(descriptor: int) -> None:
    with suppress(OSError):  # whoever took it over has closed it
        os.close(descriptor)


def taken(environment: dict[str, str]) -> HandedOver:
    return HandedOver(environment, first=FIRST)


def close(handed: HandedOver) -> None:
    for one in (*handed.serving, *([handed.metrics] if handed.metrics else [])):
        one.close()


def test_all_are_served_at_but_the_one_for_metrics(hand_over: HandOver, tmp_path: Path) -> None:
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(tmp_path / "socket"))
    unix.listen()
    environment = hand_over(
        socket.create_server(("127.0.0.1", 0)),
        socket.create_server(("127.0.0.1", 0)),
        unix,
        names="connection:metrics:unix",
    )
    handed = taken(environment)
    assert environment == {"HOME": "/"}
    assert [one.fileno() for one in handed.serving] == [FIRST, FIRST + 2]
    assert handed.metrics is not None
    assert handed.metrics.fileno() == FIRST + 1
    assert handed.serving[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert not os.get_inheritable(FIRST)
    assert url_of(handed.serving[0]).startswith("http://127.0.0.1:")
    assert url_of(handed.serving[1]) == f"unix:{tmp_path / 'socket'}"
    close(handed)


@pytest.mark.parametrize("environment", [{}, {"LISTEN_FDS": "1"}, {"LISTEN_PID": str(os.getpid())}])
def test_where_nothing_is_handed_over_there_is_nothing(environment: dict[str, str]) -> None:
    handed = taken(environment)
    assert (handed.serving, handed.metrics) == ([], None)


def test_what_is_for_another_process_is_left_alone(hand_over: HandOver) -> None:
    environment = hand_over(socket.create_server(("127.0.0.1", 0)), pid=1)
    assert taken(environment).serving == []
    assert environment == {"HOME": "/"}
    os.fstat(FIRST)


def test_what_cannot_be_served_at_is_refused(hand_over: HandOver) -> None:
    told = (
        f"^LISTEN_FDS: descriptor {FIRST} is no listening stream socket: use ListenStream= and Accept=no in the socket"
    )
    for one in (socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)):
        with pytest.raises(ConfigurationError, match=told):
            taken(hand_over(one))
    with suppress(OSError):
        os.close(FIRST)
    with pytest.raises(ConfigurationError, match=told):
        taken({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"})


def test_two_for_metrics_are_refused(hand_over: HandOver) -> None:
    two = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    with pytest.raises(ConfigurationError, match=r"^LISTEN_FDNAMES: two sockets are named metrics; hand over one$"):
        taken(hand_over(*two, names="metrics:metrics"))


@pytest.mark.parametrize("abstract", [False, True])
def test_a_service_manager_hears_what_it_asks_for(abstract: bool, tmp_path: Path) -> None:
    name = f"@accredit-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name[1:]}" if abstract else name)
        manager.settimeout(60)
        supervisor = Supervisor({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())})
        assert supervisor.ping_s == 1.5
        for tell in (supervisor.ready, supervisor.reloading, supervisor.alive, supervisor.stopping):
            tell()
        heard = [manager.recv(4096).decode() for _ in range(4)]
    assert heard[0] == "READY=1"
    assert heard[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert heard[2:] == ["WATCHDOG=1", "STOPPING=1"]
    supervisor.ready()  # nobody is there any more


@pytest.mark.parametrize(
    "environment",
    [
        {"WATCHDOG_USEC": "3000000"},
        {"NOTIFY_SOCKET": "/nowhere"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "0"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"},
    ],
)
def test_nobody_is_told_who_does_not_ask(environment: dict[str, str]) -> None:
    supervisor = Supervisor(environment)
    assert supervisor.ping_s is None
    supervisor.ready()
