"""The kit for plugin authors: simulator toolkit, serving, and the conformance suite. Needs `accredit[testing]`.

A name is imported when it is first asked for: pytest loads this package in every environment that has Accredit, through
the plugin that reports conformance.
"""

from typing import TYPE_CHECKING

from accredit._on_demand import on_demand

if TYPE_CHECKING:
    from accredit.testing.conformance import StrategyConformance
    from accredit.testing.faults import FAULTS, Faults, plain
    from accredit.testing.id_tokens import IdTokenIssuer
    from accredit.testing.installed import installed_simulators
    from accredit.testing.people import PEOPLE, Person, person
    from accredit.testing.serving import serve
    from accredit.testing.simulator import ACCEPTED, Sample, Simulator
    from accredit.testing.transport import InProcess
    from accredit.testing.workbench import exchange_for
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "conformance": ("StrategyConformance",),
            "faults": ("FAULTS", "Faults", "plain"),
            "id_tokens": ("IdTokenIssuer",),
            "installed": ("installed_simulators",),
            "people": ("PEOPLE", "Person", "person"),
            "serving": ("serve",),
            "simulator": ("ACCEPTED", "Sample", "Simulator"),
            "transport": ("InProcess",),
            "workbench": ("exchange_for",),
        },
    )

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
