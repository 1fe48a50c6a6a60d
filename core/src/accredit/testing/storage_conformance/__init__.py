"""The conformance suite of storages: what whoever brings one must get right, as tests that its author runs.

::

    from accredit.testing import StorageConformance

    class TestAcmeStorage(StorageConformance):
        def new(self, clock):
            return AcmeStorage(clock=clock)

One file for each idea: `sessions`, `rotations`, `crowds`, `endings`, `identities`, `links`, `single_use`; `races`,
`atomicity`; with more than one handle `handles`, `durability`, `processes`; and what a storage need not do, `persons`,
`audit_rows`, `signing_keys` and `provider_tokens`. `suite` says what a subclass states.
"""

from typing import Any

from accredit.testing.storage_conformance.atomicity import Atomicity
from accredit.testing.storage_conformance.audit_rows import AuditRows
from accredit.testing.storage_conformance.crowds import Crowds
from accredit.testing.storage_conformance.durability import Durability
from accredit.testing.storage_conformance.endings import Endings
from accredit.testing.storage_conformance.handles import Handles
from accredit.testing.storage_conformance.identities import Identities
from accredit.testing.storage_conformance.links import Links
from accredit.testing.storage_conformance.persons import Persons
from accredit.testing.storage_conformance.processes import Processes
from accredit.testing.storage_conformance.provider_tokens import ProviderTokens
from accredit.testing.storage_conformance.races import Races
from accredit.testing.storage_conformance.rotations import Rotations
from accredit.testing.storage_conformance.sessions import Sessions
from accredit.testing.storage_conformance.signing_keys import SigningKeys
from accredit.testing.storage_conformance.single_use import SingleUse
from accredit.testing.storage_conformance.suite import StorageConformanceError, refuse_weakening

__all__ = ["StorageConformance", "StorageConformanceError"]


# The last base comes first in the report.
class StorageConformance(
    ProviderTokens,
    SigningKeys,
    AuditRows,
    Persons,
    Processes,
    Durability,
    Handles,
    Atomicity,
    Races,
    SingleUse,
    Links,
    Identities,
    Endings,
    Crowds,
    Rotations,
    Sessions,
):
    """Every check. Subclass it in a test module, and say how a storage is made: `new`.

    Say also how it is reached by others, where it can be: `another`, `crashed`, `elsewhere`. A check that needs what a
    subclass leaves out is skipped, and says so.

    Raises:
        StorageConformanceError: a subclass would weaken the suite.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        refuse_weakening(cls, StorageConformance)
