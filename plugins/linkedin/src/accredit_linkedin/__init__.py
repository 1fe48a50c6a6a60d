"""LinkedIn for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_linkedin.settings import LinkedInSettings
from accredit_linkedin.strategy import LinkedInStrategy

if TYPE_CHECKING:
    from accredit_linkedin.simulator import LinkedInSimulator

__all__ = ["LinkedInSettings", "LinkedInStrategy"]


@hookimpl
def strategies() -> Iterable[type[LinkedInStrategy]]:
    """Bring the strategy `linkedin`."""
    return [LinkedInStrategy]


@hookimpl
def simulators() -> "Iterable[type[LinkedInSimulator]]":
    """Bring the simulated LinkedIn. Imported here because it needs `accredit[testing]`."""
    from accredit_linkedin.simulator import LinkedInSimulator

    return [LinkedInSimulator]
