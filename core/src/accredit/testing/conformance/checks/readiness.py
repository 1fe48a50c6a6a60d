"""What must be there before anything can be checked: a simulator that can be set up, and a connection that starts."""

import functools
from collections.abc import Callable
from typing import Any

from accredit.errors import ConfigurationError, PluginError
from accredit.testing.conformance.bench.bench import make_simulator, start
from accredit.testing.conformance.slips import NO_START, SLIP, place_for_author
from accredit.testing.conformance.suite import Suite
from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.simulator import ACCEPTED, Sample

_FIELDS = frozenset({"access_token", "code"})
"""What a sample is sent in: one of them."""


class Readiness(Suite):
    """No check of its own: what it finds is told by the first one that runs."""

    def unready(self) -> str:
        """Say what is wrong with the simulator before it was asked anything, or with the settings."""
        return _unready(type(self))  # type: ignore[arg-type]  # a class has a hash; mypy looks at its objects


class _Slip(Exception):
    pass


@functools.cache
def _unready(suite: Callable[[], Suite]) -> str:
    one = suite()
    missing = [name for name in ("strategy", "simulator") if not hasattr(one, name)]
    if missing:
        return f"the class states no {' and no '.join(missing)}"
    try:
        made = _done("it cannot be built", lambda: make_simulator(one))
        table = _done("settings()", lambda: made.settings(BASE_URL))
        _done("routes()", made.app)
        _check_samples(_done("samples()", lambda: list(made.samples())))
        _done("notices()", lambda: list(made.notices()))
        start(one, table)
    except _Slip as slip:
        return SLIP + str(slip)
    except PluginError as exc:
        return NO_START + str(exc)
    except ConfigurationError as exc:
        return f"{SLIP}its settings table does not start: {exc}"
    return ""


def _done(what: str, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as exc:  # a simulator may fail in any way
        raise _Slip(f"{what}: {place_for_author(exc)}") from exc


def _check_samples(samples: list[Any]) -> None:
    if not samples or not all(isinstance(sample, Sample) for sample in samples):
        raise _Slip("samples() returns none, or something else")
    if samples[0].expected != ACCEPTED:
        raise _Slip(f"its first sample, {samples[0].name}, is not one that is to be accepted")
    without = [sample.name for sample in samples if not _FIELDS & sample.parameters.keys()]
    if without:
        raise _Slip(f"there is no access_token and no code in its sample {without[0]}")
    if both := [sample.name for sample in samples if sample.parameters.keys() >= _FIELDS]:
        raise _Slip(f"there are an access_token and a code in its sample {both[0]}")
