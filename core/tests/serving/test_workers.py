"""The parent of several workers: here it is a process of its own, whose workers do nothing but live and die."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from accredit.serving.delays import FIRST_DELAY_S, LONGEST_DELAY_S, MOST_FAILED_STARTS, STEADY_S, Delays
from accredit.serving.listener import SharedAddress, open_listener, url_at
from accredit.serving.turns import Turns

pytestmark = pytest.mark.slow

PARENT = """
import os, pathlib, signal, sys, time
from accredit.serving import delays
from accredit.serving.workers import Workers
delays.FIRST_DELAY_S = 0.0
say = lambda sentence: os.write(1, f"{{sentence}}\\n".encode())  # in one piece
workers = Workers(2, grace_s={grace_s}, say=say, serving=lambda: say("all serve"), ended=lambda n: say(f"{{n}} ended"))
{before}
place = workers.run()
first_life = not pathlib.Path(f"life-{{place.number}}").exists()
pathlib.Path(f"life-{{place.number}}").touch()
{worker}
"""
NO_ROOM = "accredit: worker 2 could not be started (Cannot allocate memory): another one takes its place"
SLEEPS = "place.tell_ready(); time.sleep(60)"
NO_MEMORY = """
forks, fork = iter({forks}), os.fork
def fork_or_fail():
    if next(forks, True): return fork()
    raise OSError(12, "Cannot allocate memory")
os.fork = fork_or_fail
"""
STUBBORN = "signal.signal(signal.SIGTERM, lambda *_: say(f'{place.number} was told')); place.tell_ready()\n"
STUBBORN += "for _ in range(60): time.sleep(1)"


@contextmanager
def parent(worker: str, folder: Path, *, grace_s: float = 60, before: str = "") -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PARENT.format(worker=worker, grace_s=grace_s, before=before)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as running:  # noqa: S603 - our own code
        try:
            yield running
        finally:
            if running.poll() is None:
                running.kill()


def until(running: subprocess.Popen[str], *said: str) -> list[str]:
    """Read until all of this was said, in any order; returns everything that was."""
    assert running.stdout is not None
    seen: list[str] = []
    while not set(said) <= set(seen):
        line = running.stdout.readline()
        assert line, seen
        seen.append(line.rstrip("\n"))
    return seen


def rest(running: subprocess.Popen[str]) -> list[str]:
    """Read to the end: not by `communicate`, which does not know what was read ahead."""
    assert running.stdout is not None
    said = running.stdout.read().splitlines()
    running.wait(60)
    return said


def test_where_the_system_has_no_room_for_another_worker_the_others_go_on_until_it_has(tmp_path: Path) -> None:
    worker = f"if place.number == 2 and first_life: place.tell_ready(); sys.exit(3)\n{SLEEPS}"

    with parent(worker, tmp_path, before=NO_MEMORY.format(forks=[True, True, False, False, True])) as running:
        served = until(running, "accredit: worker 2 has ended with exit code 3: another one takes its place")
        failed = [until(running, NO_ROOM) for _ in range(2)]
        running.send_signal(signal.SIGTERM)
        after = rest(running)

    assert failed == [[NO_ROOM], [NO_ROOM]]
    assert "1 ended" not in served
    assert "1 ended" in after
    assert running.returncode == 0


@pytest.mark.parametrize("forks", [[False], [True, False]])
def test_where_there_is_no_room_from_the_start_all_are_stopped_and_it_is_said(
    forks: list[bool], tmp_path: Path
) -> None:
    with parent(SLEEPS, tmp_path, before=NO_MEMORY.format(forks=forks)) as running:
        said = rest(running)

    number = len(forks)
    assert f"accredit: worker {number} could not be started (Cannot allocate memory): no other is tried" in said
    assert running.returncode == 1


@pytest.mark.parametrize(
    ("worker", "said", "code"),
    [
        ("sys.exit(3)", ["1 ended", "accredit: worker 1 has ended with exit code 3 before it could serve"], 3),
        ("sys.exit(0)", ["1 ended", "accredit: worker 1 has ended with exit code 0 before it could serve"], 1),
        ("sys.exit(2)", ["1 ended"], 2),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            ["1 ended", "accredit: worker 1 was ended by SIGKILL before it could serve"],
            1,
        ),
    ],
)
def test_where_the_first_cannot_start_no_other_is_tried(
    worker: str, said: list[str], code: int, tmp_path: Path
) -> None:
    with parent(worker, tmp_path) as running:
        assert rest(running) == said
    assert running.returncode == code
    assert not (tmp_path / "life-2").exists()


def test_where_another_cannot_start_all_are_stopped(tmp_path: Path) -> None:
    with parent(f"if place.number == 2: sys.exit(3)\n{SLEEPS}", tmp_path) as running:
        said = rest(running)
    assert said[:2] == ["2 ended", "accredit: worker 2 has ended with exit code 3 before it could serve"]
    assert said[2:] == ["1 ended"]
    assert running.returncode == 3


def test_one_that_dies_is_replaced_and_where_none_can_start_any_more_it_gives_up(tmp_path: Path) -> None:
    with parent(f"if not first_life: sys.exit(4)\nsay(f'pid {{os.getpid()}}')\n{SLEEPS}", tmp_path) as running:
        pids = [int(line.split()[1]) for line in until(running, "all serve") if line.startswith("pid ")]
        assert len(pids) == 2
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        said = rest(running)
    failed = [line for line in said if "has ended with exit code 4" in line]
    assert MOST_FAILED_STARTS <= len(failed) <= 2 * MOST_FAILED_STARTS
    assert failed[-1].endswith("before it could serve")
    assert running.returncode == 4


def test_a_first_signal_is_passed_on_and_a_second_ends_everything_at_once(tmp_path: Path) -> None:
    with parent(STUBBORN, tmp_path) as running:
        until(running, "all serve")
        running.send_signal(signal.SIGINT)
        until(running, "1 was told", "2 was told")
        running.send_signal(signal.SIGTERM)
        said = rest(running)
    assert sorted(said) == ["1 ended", "2 ended"]
    assert running.returncode == 1


def test_workers_that_do_not_stop_in_time_are_ended(tmp_path: Path) -> None:
    with parent(STUBBORN, tmp_path, grace_s=0.2) as running:
        until(running, "all serve")
        running.send_signal(signal.SIGHUP)
        said = rest(running)
    assert sorted(said) == ["1 ended", "1 was told", "2 ended", "2 was told"]
    assert running.returncode == 1


def test_a_signal_before_all_serve_stops_those_that_there_are(tmp_path: Path) -> None:
    with parent("say('here'); time.sleep(60)", tmp_path) as running:
        until(running, "here")
        running.send_signal(signal.SIGTERM)
        said = rest(running)
    assert said == ["1 ended"]
    assert running.returncode == 0


def test_one_that_has_lived_is_replaced_at_once_and_one_that_keeps_dying_ever_later() -> None:
    delays = Delays()
    lived = {"has_served": True, "was_asked": False}
    assert delays.after(1, lived_s=STEADY_S, **lived) == 0
    found = [delays.after(1, lived_s=1.0, **lived) for _ in range(40)]
    assert found[:3] == [FIRST_DELAY_S, 2 * FIRST_DELAY_S, 4 * FIRST_DELAY_S]
    assert found[-1] == LONGEST_DELAY_S
    assert delays.after(2, lived_s=1.0, **lived) == FIRST_DELAY_S
    assert delays.after(1, lived_s=1.0, has_served=True, was_asked=True) == 0
    assert delays.after(1, lived_s=1.0, **lived) == FIRST_DELAY_S


def test_so_many_failed_starts_in_a_row_are_hopeless() -> None:
    delays = Delays()
    for _ in range(MOST_FAILED_STARTS - 1):
        delays.after(1, lived_s=0.1, has_served=False, was_asked=False)
    assert not delays.is_hopeless(1)
    delays.after(1, lived_s=0.1, has_served=True, was_asked=False)
    delays.after(1, lived_s=0.1, has_served=False, was_asked=False)
    assert not delays.is_hopeless(1)
    for _ in range(MOST_FAILED_STARTS - 1):
        delays.after(1, lived_s=0.1, has_served=False, was_asked=False)
    assert delays.is_hopeless(1)


WRITERS = """
import json, os, sys
from accredit.serving.lines import LineWriter
from accredit.serving.turns import Turns
turns = Turns()
children = []
for number in range(3):
    pid = os.fork()
    if not pid:
        writer = LineWriter(sys.stdout, max_bytes=2**26, dropped=str, failed=print, turn=turns)
        for at in range(40):
            writer.write(json.dumps({"worker": number, "at": at, "long": str(number) * 20_000}))
        sys.exit(writer.close())
    children.append(pid)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children))
"""


def test_lines_of_several_processes_that_are_longer_than_a_pipe_takes_at_once_stay_whole() -> None:
    command = [sys.executable, "-c", WRITERS]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own code
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {(line["worker"], line["at"]) for line in lines} == {(w, at) for w in range(3) for at in range(40)}
    assert all(line["long"] == str(line["worker"]) * 20_000 for line in lines)


def test_a_turn_that_cannot_be_had_leaves_the_others_theirs() -> None:
    turns = Turns()
    turns.close()
    for _ in range(2):
        with pytest.raises(ValueError, match="closed"), turns:
            pass


def test_an_address_is_shared_by_those_who_are_meant_to_and_by_nobody_else() -> None:
    address = SharedAddress(open_listener("127.0.0.1", 0))
    with address.listen() as one, address.listen() as other:
        assert one.getsockname() == other.getsockname() == (address.host, address.port)
        with pytest.raises(OSError, match="in use"):
            open_listener("127.0.0.1", address.port)
    with pytest.raises(OSError, match="in use"):
        open_listener("127.0.0.1", address.port)  # it is kept, though nobody listens just now
    assert address.url == f"http://127.0.0.1:{address.port}"
    assert url_at("::1", 8000) == "http://[::1]:8000"
    address._kept.close()
