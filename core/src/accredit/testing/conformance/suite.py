"""What a check is, and how a suite keeps from being weakened quietly."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TypeVar

import pytest

from accredit.strategy import Strategy, Trait
from accredit.testing.checks import checks_of, hiding, overridden
from accredit.testing.conformance.accepted import Accepted
from accredit.testing.conformance.slips import SLIP, attending
from accredit.testing.simulator.simulator import Simulator

LONGEST_S = 240
"""A check that takes longer fails: nothing a provider does may hang an exchange. Samples cost time as well, so that it
is several times as much as the slowest check of our plugins takes."""
TOO_LONG = f"no end after {LONGEST_S} s: something waits for ever, or there are more samples than this machine can try"
NOT_APPLICABLE = "not applicable: "
"""How the skip message of a check begins that has nothing to look at in this strategy."""
DECLARED = "the strategy declares "
"""How the reason of such a check begins where a trait is the reason."""

_SETTABLE = frozenset({"strategy", "simulator", "payloads", "exemptions"})

SuiteT = TypeVar("SuiteT", bound="Suite")


class ConformanceError(TypeError):
    """Stop the definition of a class that would weaken the suite; the message says what to change."""


class Violation(AssertionError):
    """Say what a strategy got wrong."""


class Suite:
    """What a subclass states, and all it may state beside tests of its own."""

    strategy: ClassVar[type[Strategy[Any]]]
    """The strategy under test."""
    simulator: ClassVar[type[Simulator]]
    """The simulator of its provider. Built with `clock` and nothing else."""
    payloads: ClassVar[Path]
    """A folder of golden payloads; see `accredit.testing.conformance.bench.payloads`."""
    exemptions: ClassVar[Mapping[str, str]] = {}
    """Checks that do not apply, by name, each with a written reason. An exempted check may be overridden."""

    seen_accepted: frozenset[Accepted] = frozenset()
    """What the check that runs has seen accepted, for the report: pytest makes an object for each."""

    def unready(self) -> str:
        """Say what keeps every check from being made; empty where nothing does. Looked at once for a class."""
        return ""


def check(method: Callable[[SuiteT], Coroutine[Any, Any, None]]) -> Callable[[SuiteT], None]:
    """Make a test of a coroutine, so that the suite needs no plugin of pytest for asyncio."""

    def test(self: SuiteT) -> None:
        __tracebackhide__ = True

        async def bounded() -> None:
            try:
                async with asyncio.timeout(LONGEST_S) as limit:
                    await method(self)
            except TimeoutError:
                require(not limit.expired(), TOO_LONG)
                raise

        message = self.unready()
        if not message:
            with attending() as slips:
                message = _message_of(bounded, slips)
        if message:  # it says it all: the frames are the kit's
            pytest.fail(message, pytrace=False)

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(test, name, getattr(method, name))
    return test


def _message_of(bounded: Callable[[], Coroutine[Any, Any, None]], slips: list[str]) -> str:
    """Run a check; return what it found, or, before that, the simulator's first slip. Empty if all is well."""
    message = ""
    try:
        asyncio.run(bounded())
    except Violation as exc:
        if exc.__cause__ is not None and not slips:
            raise
        message = str(exc)
    except Exception:
        if not slips:
            raise
    return SLIP + slips[0] if slips else message


def require(condition: object, message: str) -> None:
    """Fail the check with `message`, also under `python -O`."""
    __tracebackhide__ = True
    if not condition:
        raise Violation(message)


def not_applicable(why: str) -> NoReturn:
    """End a check that has nothing to look at in this strategy."""
    pytest.skip(NOT_APPLICABLE + why)


def unless_declared(suite: Suite, *traits: Trait) -> None:
    """End a check that has nothing to look at in a strategy with one of these traits."""
    for trait in traits:
        if trait in suite.strategy.traits:
            not_applicable(f"{DECLARED}{trait}")


def threats_of(kit: type, name: str) -> tuple[int, ...]:
    """Return the lines of the threat list that a check proves."""
    marks = getattr(inspect.getattr_static(kit, name), "pytestmark", [])
    return tuple(sorted({int(number) for mark in marks if mark.name == "threat" for number in mark.args}))


def refuse_weakening(cls: type[Suite], kit: type[Suite]) -> None:
    """Let a subclass state what it must and add tests, and nothing else.

    Raises:
        ConformanceError: it overrides or deletes a check without an exemption, or a part of the kit at all; an
            exemption names no check or gives no reason; strategy and simulator do not belong together.
    """
    checks = frozenset(checks_of(kit))
    _refuse_exemptions(cls, checks)
    for name in overridden(cls, kit):
        if name in _SETTABLE or name.startswith("__"):  # what every class has; those that could hide are refused below
            continue
        if name not in checks:
            raise ConformanceError(f"{cls.__name__} overrides {name}, which belongs to the kit")
        if name not in cls.exemptions:
            raise ConformanceError(
                f"{cls.__name__} overrides the check {name}; rename your test, or write down why the check does"
                f' not apply: exemptions = {{"{name}": "…"}}'
            )
    for definition in hiding(cls, kit):
        raise ConformanceError(f"{definition}, which could hide checks")
    _refuse_strangers(cls)


def _refuse_exemptions(cls: type[Suite], checks: frozenset[str]) -> None:
    if unknown := sorted(set(cls.exemptions) - checks):
        raise ConformanceError(f"{cls.__name__}: exemptions name what is no check: {', '.join(unknown)}")
    reasons: Mapping[str, object] = cls.exemptions
    for name, reason in reasons.items():
        if not isinstance(reason, str) or len(reason.split()) < 3:
            raise ConformanceError(f"{cls.__name__}: the exemption of {name} needs a reason, in a few words")


def _refuse_strangers(cls: type[Suite]) -> None:
    strategy, simulator = getattr(cls, "strategy", None), getattr(cls, "simulator", None)
    if strategy is not None and not (isinstance(strategy, type) and issubclass(strategy, Strategy)):
        raise ConformanceError(f"{cls.__name__}: strategy must be a Strategy class")
    if simulator is not None and not (isinstance(simulator, type) and issubclass(simulator, Simulator)):
        raise ConformanceError(f"{cls.__name__}: simulator must be a Simulator class")
    if strategy is not None and simulator is not None and strategy.name != simulator.strategy:
        raise ConformanceError(
            f"{cls.__name__}: strategy is '{strategy.name}', but the simulator is of '{simulator.strategy}'"
        )
