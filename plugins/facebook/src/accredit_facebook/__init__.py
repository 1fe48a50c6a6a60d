"""Facebook for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_facebook.settings import FacebookSettings
from accredit_facebook.strategy import FacebookStrategy

if TYPE_CHECKING:
    from accredit_facebook.simulator import FacebookSimulator

__all__ = ["FacebookSettings", "FacebookStrategy"]


@hookimpl
def strategies() -> Iterable[type[FacebookStrategy]]:
    """Bring the strategy `facebook`."""
    return [FacebookStrategy]


@hookimpl
def simulators() -> "Iterable[type[FacebookSimulator]]":
    """Bring the simulated Facebook. Imported here because it needs `accredit[testing]`."""
    from accredit_facebook.simulator import FacebookSimulator

    return [FacebookSimulator]
