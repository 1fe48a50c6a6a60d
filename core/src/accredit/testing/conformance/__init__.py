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

Three rooms: `checks` has a file for each idea, such as `audience` or `outages`; `bench` is what they work with, an
exchange in front of one strategy and what watches it; `attacks` is what they try. `suite` says what a check is and
keeps a subclass from weakening it quietly; `slips` tells a mistake of the simulator from one of the strategy; `report`
says what came of it, and `accepted` which credentials it has seen accepted, and by which proof.
"""

from typing import Any

from accredit.testing.conformance.checks.addresses import Addresses
from accredit.testing.conformance.checks.audience import Audience
from accredit.testing.conformance.checks.bending import Bending
from accredit.testing.conformance.checks.callers import Callers
from accredit.testing.conformance.checks.codes import Codes
from accredit.testing.conformance.checks.id_tokens import IdTokens
from accredit.testing.conformance.checks.identities import Identities
from accredit.testing.conformance.checks.machine import Machine
from accredit.testing.conformance.checks.memory import Memory
from accredit.testing.conformance.checks.normalization import Normalization
from accredit.testing.conformance.checks.notices import Notices
from accredit.testing.conformance.checks.operators import Operators
from accredit.testing.conformance.checks.outages import Outages
from accredit.testing.conformance.checks.providers import Providers
from accredit.testing.conformance.checks.readiness import Readiness
from accredit.testing.conformance.checks.requests import Requests
from accredit.testing.conformance.checks.revocation import Revocation
from accredit.testing.conformance.checks.secrets import Secrets
from accredit.testing.conformance.checks.times import Times
from accredit.testing.conformance.checks.traces import Traces
from accredit.testing.conformance.checks.traits import Traits
from accredit.testing.conformance.checks.verdicts import Verdicts
from accredit.testing.conformance.checks.watching import Watching
from accredit.testing.conformance.suite import ConformanceError, refuse_weakening

__all__ = ["ConformanceError", "StrategyConformance"]


# The last base comes first in the report.
class StrategyConformance(
    Readiness,
    Machine,
    Watching,
    Traces,
    Notices,
    Revocation,
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
    Codes,
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
