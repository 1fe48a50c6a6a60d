"""Apple for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_apple.settings import AppleSettings
from accredit_apple.strategy import AppleStrategy

if TYPE_CHECKING:
    from accredit_apple.simulator import AppleSimulator

__all__ = ["AppleSettings", "AppleStrategy"]


@hookimpl
def strategies() -> Iterable[type[AppleStrategy]]:
    """Bring the strategy `apple`."""
    return [AppleStrategy]


@hookimpl
def simulators() -> "Iterable[type[AppleSimulator]]":
    """Bring the simulated Apple. Imported here because it needs `accredit[testing]`."""
    from accredit_apple.simulator import AppleSimulator

    return [AppleSimulator]
