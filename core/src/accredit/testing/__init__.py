"""The kit for plugin authors: simulator toolkit, serving, and the conformance suite. Needs `accredit[testing]`.

What needs more than core, uvicorn and pytest, is imported when it is first asked for: pytest loads this package in
every environment that has Accredit, through the plugin that reports conformance.
"""

from typing import TYPE_CHECKING, Any

from accredit.testing.faults import FAULTS, Faults, plain
from accredit.testing.id_tokens import IdTokenIssuer
from accredit.testing.installed import installed_simulators
from accredit.testing.people import PEOPLE, Person, person
from accredit.testing.simulator import ACCEPTED, Sample, Simulator
from accredit.testing.transport import InProcess
from accredit.testing.workbench import exchange_for

if TYPE_CHECKING:
    from accredit.testing.conformance import StrategyConformance
    from accredit.testing.serving import serve

__all__ = [
    "ACCEPTED",
    "FAULTS",
    "PEOPLE",
    "Faults",
    "IdTokenIssuer",
    "InProcess",
    "Person",
    "Sample",
    "Simulator",
    "StrategyConformance",
    "exchange_for",
    "installed_simulators",
    "person",
    "plain",
    "serve",
]


def __getattr__(name: str) -> Any:
    if name == "serve":
        from accredit.testing.serving import serve

        return serve
    if name == "StrategyConformance":
        from accredit.testing.conformance import StrategyConformance

        return StrategyConformance
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
