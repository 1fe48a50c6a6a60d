"""A hang-up lets others take the place of the workers that there are: here these do nothing but live and die."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from core.tests.serving.test_workers import NO_MEMORY, rest, until

pytestmark = pytest.mark.slow

PARENT = """
import os, pathlib, signal, socket, sys, time
from accredit.serving import delays
from accredit.serving.supervisor import Supervisor
from accredit.serving.workers import Workers
delays.FIRST_DELAY_S = 0.0
say = lambda sentence: os.write(1, f"{{sentence}}\\n".encode())  # in one piece
def reload(generation):
    say(f"asked for {{generation}}")
    return None if pathlib.Path("bad").exists() else 60.0
workers = Workers(
    2, grace_s={grace_s}, say=say, serving=lambda: say("all serve"), ended=lambda n: say(f"{{n}} ended"),
    reload=reload, supervisor=Supervisor(),
)
{before}
place = workers.run()
me = f"{{place.number}} of {{place.generation}}"
ready = lambda *more: (say(f"{{me}} ready"), place.tell_ready(*more))  # told first: then the parent may act at once
{worker}
"""
SLEEPS = "ready(); time.sleep(60)"
TAKEN = "accredit: 2 workers with the settings of now; those of before finish their requests"


@contextmanager
def parent(
    worker: str, folder: Path, *, grace_s: float = 60, before: str = "", **environment: str
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PARENT.format(worker=worker, grace_s=grace_s, before=before)]
    with subprocess.Popen(  # noqa: S603 - our own code
        command, stdout=subprocess.PIPE, text=True, cwd=folder, env={**os.environ, **environment}
    ) as running:
        try:
            until(running, "all serve")
            yield running
        finally:
            if running.poll() is None:
                running.kill()


def ends_well(running: subprocess.Popen[str]) -> list[str]:
    running.send_signal(signal.SIGTERM)
    said = rest(running)
    assert running.returncode == 0, said
    return said


def test_others_take_the_place_of_all_and_then_those_of_before_go(tmp_path: Path) -> None:
    with parent(SLEEPS, tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        said = until(running, TAKEN, "1 ended", "2 ended")
        assert said.index("asked for 1") < said.index("3 of 1 ready") < said.index(TAKEN)
        assert said.index("4 of 1 ready") < said.index("1 ended")
        running.send_signal(signal.SIGHUP)
        said = until(running, TAKEN, "3 ended", "4 ended")
        assert {"asked for 2", "1 of 2 ready", "2 of 2 ready"} <= set(said)
        assert sorted(one for one in ends_well(running) if "ended" in one) == ["1 ended", "2 ended"]


def test_what_is_no_good_changes_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    with parent(SLEEPS, tmp_path) as running:
        tmp_path.joinpath("bad").touch()
        running.send_signal(signal.SIGHUP)
        assert until(running, "asked for 1")[-1] == "asked for 1"
        tmp_path.joinpath("bad").unlink()
        running.send_signal(signal.SIGHUP)
        said = until(running, TAKEN, "1 ended", "2 ended")
        assert "3 of 1 ready" in said
        ends_well(running)


@pytest.mark.parametrize("number", [3, 4])
def test_a_new_worker_that_cannot_start_goes_with_all_new_ones_and_the_old_go_on(number: int, tmp_path: Path) -> None:
    worker = f"if place.number == {number}: sys.exit(5)\n{SLEEPS}"
    refused = f"accredit: not reloaded: worker {number} has ended with exit code 5; the workers of before go on"
    with parent(worker, tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        said = until(running, refused)
        if number == 4:
            said += until(running, "3 ended")
        assert {"1 ended", "2 ended"}.isdisjoint(said)
        said = ends_well(running)
        assert sorted(one for one in said if "ended" in one) == ["1 ended", "2 ended"]


def test_where_there_is_no_room_for_a_new_worker_the_old_go_on(tmp_path: Path) -> None:
    before = NO_MEMORY.format(forks=[True, True, False])
    refused = (
        "accredit: not reloaded: worker 3 could not be started (Cannot allocate memory); the workers of before go on"
    )
    with parent(SLEEPS, tmp_path, before=before) as running:
        running.send_signal(signal.SIGHUP)
        until(running, refused)
        running.send_signal(signal.SIGHUP)
        until(running, TAKEN)
        ends_well(running)


def test_an_old_worker_that_dies_meanwhile_is_replaced_by_one_of_its_kind(tmp_path: Path) -> None:
    waits = "while place.number == 3 and not pathlib.Path('go').exists(): time.sleep(0.01)"
    with parent(f"{waits}\nsay(f'{{me}} is {{os.getpid()}}')\n{SLEEPS}", tmp_path, before="say('begins')") as running:
        running.send_signal(signal.SIGHUP)
        until(running, "asked for 1")
        (pid,) = _children_of(running.pid)[:1]
        os.kill(pid, signal.SIGKILL)
        until(running, "accredit: worker 1 was ended by SIGKILL: another one takes its place", "1 of 0 ready")
        tmp_path.joinpath("go").touch()
        until(running, TAKEN, "1 ended", "2 ended")
        ends_well(running)


def _children_of(pid: int) -> list[int]:
    return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def test_a_new_worker_that_is_killed_once_all_serve_is_replaced_by_one_with_the_new_settings(tmp_path: Path) -> None:
    with parent(f"say(f'{{me}} is {{os.getpid()}}')\n{SLEEPS}", tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        said = until(running, TAKEN, "1 ended", "2 ended")
        pid = next(int(line.split()[-1]) for line in said if line.startswith("4 of 1 is "))
        os.kill(pid, signal.SIGKILL)
        said = until(running, "accredit: worker 4 was ended by SIGKILL: another one takes its place", "4 of 1 ready")
        ends_well(running)


def test_old_workers_that_do_not_go_in_time_are_ended(tmp_path: Path) -> None:
    worker = "signal.signal(signal.SIGTERM, lambda *_: None) if place.generation == 0 else None\nready()\n"
    worker += "for _ in range(60): time.sleep(1)"
    before = "workers._reload = lambda generation: 0.2"
    with parent(worker, tmp_path, grace_s=0.2, before=before) as running:
        running.send_signal(signal.SIGHUP)
        until(running, TAKEN, "1 ended", "2 ended")
        ends_well(running)


def test_a_second_hang_up_waits_for_the_first(tmp_path: Path) -> None:
    with parent(SLEEPS, tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        until(running, "3 of 1 ready")
        running.send_signal(signal.SIGHUP)
        said = until(running, TAKEN, "1 ended", "2 ended", "asked for 2")
        assert said.index("2 ended") < said.index("asked for 2")
        until(running, TAKEN)
        ends_well(running)


def test_the_end_comes_in_the_middle_of_a_reload_too(tmp_path: Path) -> None:
    worker = "if place.generation: say('trying'); time.sleep(60)\n" + SLEEPS
    with parent(worker, tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        until(running, "trying")
        said = ends_well(running)
        assert sorted(one for one in said if "ended" in one) == ["1 ended", "2 ended", "3 ended"]


LISTENS = """
if place.listener is None:
    listener = socket.create_server(("127.0.0.1", 0))
    say(f"new at {{listener.getsockname()[1]}}")
else:
    listener = socket.socket(fileno=place.listener)
    say(f"{me} goes on at {{listener.getsockname()[1]}}")
ready(listener)
time.sleep(60)
""".replace("{{", "{").replace("}}", "}")


def test_who_takes_a_place_goes_on_with_its_socket_and_a_connection_that_waits_there_is_kept(tmp_path: Path) -> None:
    with parent(LISTENS, tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        said = until(running, TAKEN, "1 ended", "2 ended")
        first = next(int(line.split()[-1]) for line in said if line.startswith("3 of 1 goes on at "))
        with socket.create_connection(("127.0.0.1", first)) as waiting:
            running.send_signal(signal.SIGHUP)
            until(running, TAKEN, f"1 of 2 goes on at {first}", "3 ended", "4 ended")
            waiting.sendall(b"still there")
            ends_well(running)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", first))


def test_the_service_manager_hears_of_all_that(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)

        def heard() -> str:
            while (state := manager.recv(4096).decode()) == "WATCHDOG=1":
                pings.append(state)
            return state.partition("\n")[0]

        pings: list[str] = []
        address = str(tmp_path / "notify")
        with parent(SLEEPS, tmp_path, NOTIFY_SOCKET=address, WATCHDOG_USEC="100000") as running:
            assert heard() == "READY=1"
            running.send_signal(signal.SIGHUP)
            assert (heard(), heard()) == ("RELOADING=1", "READY=1")
            tmp_path.joinpath("bad").touch()
            until(running, "1 ended", "2 ended")
            running.send_signal(signal.SIGHUP)
            assert (heard(), heard()) == ("RELOADING=1", "READY=1")
            running.send_signal(signal.SIGTERM)
            assert heard() == "STOPPING=1"
            rest(running)
        assert pings
