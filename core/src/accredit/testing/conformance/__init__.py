"""The conformance suite: what every strategy must get right, as tests that its author runs.

::

    from pathlib import Path

    from accredit.testing import StrategyConformance
    from accredit_acme.simulator import AcmeSimulator
    from accredit_acme.strategy import AcmeStrategy

    class TestAcme(StrategyConformance):
        strategy = AcmeStrategy
        simulator = AcmeSimulator
        payloads = Path(__file__).parent / "payloads"

One file for each idea: `verdicts`, `traits`, `audience`, `bending`, `id_tokens`, `requests`, `callers`, `providers`,
`outages`, `operators`, `times`, `identities`, `addresses`, `normalization`, `memory`, `secrets`, `traces`, `watching`,
`machine`.
All of them stand at the `desk`: the served endpoint in front of one strategy. `ways` says which calls a login makes,
`between` lets single calls fail and changes single fields, `watch` watches the process. `suite` says what a check is
and keeps a subclass from weakening it quietly; `report` says what came of it.
"""

from typing import Any

from accredit.testing.conformance.addresses import Addresses
from accredit.testing.conformance.audience import Audience
from accredit.testing.conformance.bending import Bending
from accredit.testing.conformance.callers import Callers
from accredit.testing.conformance.id_tokens import IdTokens
from accredit.testing.conformance.identities import Identities
from accredit.testing.conformance.machine import Machine
from accredit.testing.conformance.memory import Memory
from accredit.testing.conformance.normalization import Normalization
from accredit.testing.conformance.operators import Operators
from accredit.testing.conformance.outages import Outages
from accredit.testing.conformance.providers import Providers
from accredit.testing.conformance.readiness import Readiness
from accredit.testing.conformance.requests import Requests
from accredit.testing.conformance.secrets import Secrets
from accredit.testing.conformance.suite import ConformanceError, refuse_weakening
from accredit.testing.conformance.times import Times
from accredit.testing.conformance.traces import Traces
from accredit.testing.conformance.traits import Traits
from accredit.testing.conformance.verdicts import Verdicts
from accredit.testing.conformance.watching import Watching

__all__ = ["ConformanceError", "StrategyConformance"]


# The last base comes first in the report.
class StrategyConformance(
    Readiness,
    Machine,
    Watching,
    Traces,
    Secrets,
    Memory,
    Normalization,
    Addresses,
    Identities,
    Times,
    Operators,
    Outages,
    Providers,
    Callers,
    Requests,
    IdTokens,
    Bending,
    Audience,
    Traits,
    Verdicts,
):
    """Every check. Subclass it in a test module, and state `strategy`, `simulator` and `payloads`.

    Raises:
        ConformanceError: a subclass would weaken the suite.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        refuse_weakening(cls, StrategyConformance)
