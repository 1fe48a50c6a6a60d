"""What only a process of its own can show: forks, signals, and the end of the interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.threat(59)]

PRELUDE = """
import asyncio, atexit, os, signal, sqlite3, sys, threading, time
from accredit import Settings
from accredit.storage import SqliteStorage
from accredit.sync import Exchange, run_in_caller

folder = sys.argv[1]
here = threading.current_thread()
def made(**given):
    return Exchange(Settings.model_validate({
        "issuer": "https://login.example.com/",
        "storage": {"url": f"sqlite:///{folder}/accredit.db"},
        "keys": {"path": f"{folder}/keys.json", "check_interval_s": 0.05},
        "tokens": {"signing_alg": "EdDSA"},
    }), **given)

def in_child(function):
    child = os.fork()
    if child == 0:
        function()
        sys.stdout.flush()
        sys.exit(0) if threading.current_thread() is here else os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
FORK = """
exchange = made(**{given})
exchange.subjects.block("before")

def child():
    print(exchange.subjects.is_blocked("before"))
    exchange.subjects.block("child")
    in_child(lambda: print(exchange.subjects.is_blocked("child")))

in_child(child)
exchange.subjects.block("after")
print([exchange.subjects.is_blocked(one) for one in ("before", "child", "after")])
"""
AT_WORK = """
# Whatever the loop thread is about at the moment of a fork, it comes to the end of it first.
exchange = made()
exchange.open()
busy, begun = [], threading.Event()
async def hold():
    busy.append(1)
    begun.set()
    time.sleep(0.2)
    busy.clear()
def forked():
    begun.wait(10)
    in_child(lambda: print(len(busy), exchange.subjects.is_blocked("ada")))
async def fork():
    in_child(lambda: print("from the loop"))
threads = [threading.Thread(target=forked) for _ in range(3)]
for thread in threads: thread.start()
exchange.run(hold)
for thread in threads: thread.join(10)
started = time.monotonic()
exchange.run(fork)
print(time.monotonic() - started < 0.9)
"""
OPENING = """
# The same while it opens, which is when it is deep in OpenSSL.
for number in range(5):
    exchange = made()
    opening = threading.Thread(target=exchange.open)
    opening.start()
    time.sleep(number / 50)
    in_child(lambda: exchange.subjects.block(f"child-{number}"))
    opening.join()
    print(exchange.subjects.is_blocked(f"child-{number}"))
    exchange.close()
"""
HELD = """
# Whatever locks of ours other threads hold, they are free in the child.
exchange = made()
exchange.open()
stop = threading.Event()
def work():
    while not stop.is_set():
        exchange.subjects.is_blocked("ada")
        made().close()
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for number in range(5):
    in_child(lambda: exchange.subjects.block(f"child-{number}"))
stop.set()
for thread in threads: thread.join()
print(all(exchange.subjects.is_blocked(f"child-{number}") for number in range(5)))
"""
AT_EXIT = """
class Telling(SqliteStorage):
    async def close(self):
        await super().close()
        print("closed", flush=True)

exchange = made(storage=Telling(f"{folder}/accredit.db"))
atexit.register(lambda: print("the host's own", flush=True))
exchange.subjects.block("ada")
atexit.register(lambda: (time.sleep(0.3), exchange.subjects.block("late")))  # the keys are looked at meanwhile
print("end", flush=True)
"""
HANGING = """
import accredit.sync.door
accredit.sync.door.CLOSING_S = 0.1
class Hanging(SqliteStorage):
    async def close(self):
        await asyncio.Event().wait()

exchange = made(storage=Hanging(f"{folder}/accredit.db"))
exchange.subjects.block("ada")
print("end")
"""
INTERRUPTED = """
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs in the background inherits that it is ignored
exchange = made()
exchange.open()
cancelled = threading.Event()
async def hang():
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        await asyncio.sleep(60)
    finally:
        cancelled.set()
try:
    exchange.run(hang)
except KeyboardInterrupt:
    print("interrupted", cancelled.wait(10), exchange.subjects.is_blocked("ada"))
"""
GEVENT = (
    """
from gevent import monkey; monkey.patch_all()
import gevent
"""
    + PRELUDE
    + """
exchange = made()
exchange.open()
turns = [0]
def turn():
    while True:
        turns[0] += 1
        gevent.sleep(0.001)
turning = gevent.spawn(turn)

async def slow():
    before = turns[0]
    await asyncio.sleep(0.3)
    caller = await run_in_caller(gevent.getcurrent)
    return turns[0] - before > 3, caller is me, await asyncio.to_thread(str, "worked")

me = gevent.getcurrent()
print(*exchange.run(slow))
try:
    with gevent.Timeout(0.05):
        exchange.run(lambda: asyncio.sleep(60))
except gevent.Timeout:
    print("given up")
def block(number):
    exchange.subjects.block(f"s{number}")
    return exchange.subjects.is_blocked(f"s{number}")
print(sum(one.value for one in gevent.joinall([gevent.spawn(block, number) for number in range(50)])))
exchange.close()
turning.kill()
in_child(lambda: print(exchange.subjects.is_blocked("s3")))
print(gevent.get_hub().join(20))  # nothing of ours keeps the hub alive
"""
)


def said(code: str, folder: Path) -> list[str]:
    """Run code in a process of its own, and return the lines that it prints. It must end well, and warn of nothing."""
    command = [sys.executable, "-W", "error", "-c", code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own
    errors = [line for line in done.stderr.splitlines() if "host.log_unheard" not in line]
    assert (done.returncode, errors) == (0, [])
    return done.stdout.splitlines()


@pytest.mark.parametrize("given", ["{}", '{"storage": SqliteStorage(f"{folder}/accredit.db")}'])
def test_an_exchange_that_was_used_before_a_fork_works_in_the_child_and_in_its_children(
    given: str, tmp_path: Path
) -> None:
    lines = said(PRELUDE + FORK.replace("{given}", given), tmp_path)
    assert lines == ["True", "True", "[True, True, True]"]


def test_whatever_other_threads_were_doing_at_the_fork_the_child_goes_on(tmp_path: Path) -> None:
    assert said(PRELUDE + HELD, tmp_path) == ["True"]


def test_a_fork_waits_until_the_loop_thread_has_ended_its_turn(tmp_path: Path) -> None:
    assert said(PRELUDE + AT_WORK, tmp_path) == ["0 False"] * 3 + ["from the loop", "True"]


def test_a_fork_while_it_opens_leaves_the_child_able_to_open_its_own(tmp_path: Path) -> None:
    assert said(PRELUDE + OPENING, tmp_path) == ["True"] * 5


def test_it_closes_by_itself_when_the_interpreter_exits(tmp_path: Path) -> None:
    assert said(PRELUDE + AT_EXIT, tmp_path) == ["end", "closed", "the host's own"]


def test_a_part_that_hangs_does_not_keep_the_interpreter_from_exiting(tmp_path: Path) -> None:
    assert said(PRELUDE + HANGING, tmp_path) == ["end"]


def test_control_c_reaches_the_caller_and_cancels_what_it_waited_for(tmp_path: Path) -> None:
    assert said(PRELUDE + INTERRUPTED, tmp_path) == ["interrupted True False"]


def test_a_greenlet_that_waits_lets_the_others_go_on(tmp_path: Path) -> None:
    assert said(GEVENT, tmp_path) == ["True True worked", "given up", "50", "True", "True"]
