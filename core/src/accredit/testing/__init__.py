"""The kit for plugin authors: simulator toolkit, loopback serving, in-process transport. Needs `accredit[testing]`."""

from accredit.testing.installed import installed_simulators
from accredit.testing.people import PEOPLE, Person, person
from accredit.testing.serving import serve
from accredit.testing.simulator import ACCEPTED, Sample, Simulator
from accredit.testing.transport import InProcess
from accredit.testing.workbench import exchange_for

__all__ = [
    "ACCEPTED",
    "PEOPLE",
    "InProcess",
    "Person",
    "Sample",
    "Simulator",
    "exchange_for",
    "installed_simulators",
    "person",
    "serve",
]
