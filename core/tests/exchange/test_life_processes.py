"""What only a process of its own can show: a real fork, and the end of the interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

from accredit.exchange.life import FORKED

pytestmark = pytest.mark.slow

PRELUDE = """
import asyncio, atexit, os, sys
from accredit import Exchange, Settings

folder = sys.argv[1]
exchange = Exchange(Settings.model_validate({
    "issuer": "https://login.example.com/",
    "storage": {"url": f"sqlite:///{folder}/accredit.db"},
    "keys": {"path": f"{folder}/keys.json"},
    "tokens": {"signing_alg": "EdDSA"},
}))
"""
FORK = """
async def call():
    try:
        await exchange.subjects.block("ada")
    except Exception as exc:
        print(type(exc).__name__, exc)

asyncio.run(exchange.open())
child = os.fork()
if child == 0:
    asyncio.run(call())
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
asyncio.run(exchange.close())
"""
LEFT_OPEN = """
async def main():
    await exchange.open()
    await exchange.subjects.block("ada")

asyncio.run(main())
print("end")
"""
CLOSED_AT_EXIT = f"""
def end():
    asyncio.run(exchange.close())
    print("closed")

atexit.register(end)
{LEFT_OPEN}
"""


def run(code: str, folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PRELUDE + code, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.replace("\n", " ")


@pytest.mark.threat(59)
def test_a_child_that_was_forked_after_opening_is_told_so(tmp_path: Path) -> None:
    code, out, err = run(FORK, tmp_path)
    assert (code, out) == (0, f"LifecycleError {FORKED}\n"), err


@pytest.mark.threat(59)
@pytest.mark.parametrize(("code", "said"), [(LEFT_OPEN, "end\n"), (CLOSED_AT_EXIT, "end\nclosed\n")])
def test_an_interpreter_ends_in_peace_whether_the_exchange_was_closed_or_not(
    code: str, said: str, tmp_path: Path
) -> None:
    status, out, err = run(code, tmp_path)
    assert (status, out) == (0, said), err
    # The keys that are made at the first start, and what is told of them, are the only things to hear of.
    assert "Traceback" not in err
    assert "was never" not in err
