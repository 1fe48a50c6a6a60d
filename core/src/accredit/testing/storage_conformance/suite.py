"""What a check of a storage is, and all that a subclass states."""

import asyncio
import inspect
import linecache
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

from accredit.errors import AccreditError
from accredit.storage import Storage
from accredit.testing.checks import checks_of, hiding, overridden
from accredit.testing.storage_conformance.samples import Clock

LONGEST_S = 300
"""A check that takes longer fails, also on a machine that is busy."""

T = TypeVar("T")
_HERE = str(Path(__file__).parent)
Check = Callable[..., Coroutine[Any, Any, None]]


class StorageConformanceError(TypeError):
    """Stop the definition of a class that would weaken the suite; the message says what to change."""


class Violation(AssertionError):
    """Say what a storage got wrong."""


class StorageSuite:
    """What a subclass states, and all it may state beside tests and fixtures of its own."""

    def new(self, clock: Clock) -> Storage:
        """Return a storage that is empty and not open yet. Called once for each check; `clock` is its clock."""
        raise NotImplementedError

    def another(self, clock: Clock) -> Storage | None:
        """Return one more handle, not open yet, to what the last `new` keeps: what another process would have.

        None where there can be none, because everything is in the one object.
        """
        return None

    def crashed(self, clock: Clock) -> Storage | None:
        """Return a handle, not open yet, to what a crash at this moment would leave of the last `new`."""
        return self.another(clock)

    def elsewhere(self) -> tuple[str, str] | None:
        """Return how another process opens what the last `new` keeps; None where it cannot.

        The import path of a `StorageFactory`, such as `acme_store:Store.from_url`, and the URL that it takes.
        """
        return None


def check(method: Check) -> Callable[[StorageSuite], None]:
    """Make a test of a coroutine function: it is given an empty storage, open, and its clock, where it takes one."""
    takes_clock = "clock" in inspect.signature(method).parameters

    def test(self: StorageSuite) -> None:
        __tracebackhide__ = True

        async def bounded() -> None:
            async with asyncio.timeout(LONGEST_S):
                clock = Clock()
                async with opened(self.new(clock)) as storage:
                    await method(self, storage, **({"clock": clock} if takes_clock else {}))

        message = ""
        try:
            asyncio.run(bounded())
        except (Violation, AccreditError) as exc:
            said = str(exc) if isinstance(exc, Violation) else f"it raised {type(exc).__name__}: {exc}"
            message = f"{inspect.getdoc(method)}\n{_place(exc)}{said}"
        if message:  # it says it all: the frames are the kit's
            pytest.fail(message, pytrace=False)

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(test, name, getattr(method, name))
    return test


def _place(exc: Exception) -> str:
    """Return the line of the check that failed."""
    for frame in reversed(traceback.extract_tb(exc.__traceback__)):
        if frame.filename != __file__ and frame.filename.startswith(_HERE) and frame.lineno is not None:
            line = linecache.getline(frame.filename, frame.lineno).strip()
            return f"{frame.filename.rpartition('/')[2]}:{frame.lineno}: {line}\n"
    return ""


@asynccontextmanager
async def opened(storage: Storage) -> AsyncIterator[Storage]:
    """Open a storage for a block."""
    await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


def required(made: T | None, hook: str) -> T:
    """Return what a hook of the subclass has made; end the check where it says that there is nothing to look at."""
    if made is None:
        not_applicable(f"{hook}() returns None")
    return made


def not_applicable(why: str) -> NoReturn:
    """End a check that has nothing to look at in this storage."""
    pytest.skip(f"not applicable: {why}")


def equal(found: object, wanted: object) -> None:
    """Fail the check unless both are equal, also under `python -O`."""
    if found != wanted:
        raise Violation(f"found:  {found!r}\nwanted: {wanted!r}")


def require(condition: object, message: str) -> None:
    """Fail the check with `message`, also under `python -O`."""
    if not condition:
        raise Violation(message)


async def raises(error: type[Exception], call: Awaitable[object]) -> None:
    """Fail the check unless the call raises that error."""
    try:
        result = await call
    except error:
        return
    raise Violation(f"it returned {result!r}, and did not raise {error.__name__}")


def refuse_weakening(cls: type[StorageSuite], kit: type[StorageSuite]) -> None:
    """Let a subclass state what it must and add tests, and nothing else.

    Raises:
        StorageConformanceError: it overrides or deletes a check, or is hidden from pytest.
    """
    checks = frozenset(checks_of(kit))
    for name in overridden(cls, kit):
        if name in checks:
            raise StorageConformanceError(f"{cls.__name__} overrides the check {name}; rename your test")
    for definition in hiding(cls, kit):
        raise StorageConformanceError(f"{definition}, which could hide checks")
