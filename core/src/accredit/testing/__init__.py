"""The kit for tests, of hosts and of plugins: people who log in, simulators, conformance. Needs `accredit[testing]`.

`hosts/` is for a host's own tests, which begin with `simulated`. `conformance/` is the suite of strategies,
`storage_conformance/` that of storages, `simulator/` what a simulator is made of. `checks` is what both suites ask of
the class that runs them, `exchange` puts an exchange around one simulator, `between` stands between the two, `verdict`
says what must come of a request, and `pytest_plugin` has the fixtures and reports.

A name is imported when it is first asked for: pytest loads this package in every environment that has Accredit, through
the plugin that reports conformance.
"""

from typing import TYPE_CHECKING

from accredit._on_demand import on_demand

if TYPE_CHECKING:
    from accredit.testing.between import Between
    from accredit.testing.conformance import StrategyConformance
    from accredit.testing.exchange import BASE_URL, exchange_for
    from accredit.testing.hosts.login import Login
    from accredit.testing.hosts.people import People, SimulatedPerson
    from accredit.testing.hosts.providers import Providers
    from accredit.testing.hosts.simulated import simulated
    from accredit.testing.simulator.codes import CodeBinding, CodeProblem, CodeRefused, Codes
    from accredit.testing.simulator.faults import FAULTS, Faults, plain
    from accredit.testing.simulator.id_tokens import IdTokenIssuer, SigningKey
    from accredit.testing.simulator.installed import installed_simulators
    from accredit.testing.simulator.notices import NoticeSample
    from accredit.testing.simulator.people import PEOPLE, Person, person
    from accredit.testing.simulator.serving import serve
    from accredit.testing.simulator.simulator import ACCEPTED, Sample, Simulator
    from accredit.testing.simulator.transport import InProcess
    from accredit.testing.storage_conformance import StorageConformance
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "between": ("Between",),
            "conformance": ("StrategyConformance",),
            "hosts.login": ("Login",),
            "hosts.people": ("People", "SimulatedPerson"),
            "hosts.providers": ("Providers",),
            "hosts.simulated": ("simulated",),
            "simulator.codes": ("CodeBinding", "CodeProblem", "CodeRefused", "Codes"),
            "simulator.faults": ("FAULTS", "Faults", "plain"),
            "simulator.id_tokens": ("IdTokenIssuer", "SigningKey"),
            "simulator.installed": ("installed_simulators",),
            "simulator.notices": ("NoticeSample",),
            "simulator.people": ("PEOPLE", "Person", "person"),
            "simulator.serving": ("serve",),
            "simulator.simulator": ("ACCEPTED", "Sample", "Simulator"),
            "simulator.transport": ("InProcess",),
            "storage_conformance": ("StorageConformance",),
            "exchange": ("BASE_URL", "exchange_for"),
        },
    )

__all__ = [
    "ACCEPTED",
    "BASE_URL",
    "FAULTS",
    "PEOPLE",
    "Between",
    "CodeBinding",
    "CodeProblem",
    "CodeRefused",
    "Codes",
    "Faults",
    "IdTokenIssuer",
    "InProcess",
    "Login",
    "NoticeSample",
    "People",
    "Person",
    "Providers",
    "Sample",
    "SigningKey",
    "SimulatedPerson",
    "Simulator",
    "StorageConformance",
    "StrategyConformance",
    "exchange_for",
    "installed_simulators",
    "person",
    "plain",
    "serve",
    "simulated",
]
