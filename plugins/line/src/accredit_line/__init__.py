"""LINE for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_line.settings import LineSettings
from accredit_line.strategy import LineStrategy

if TYPE_CHECKING:
    from accredit_line.simulator import LineSimulator

__all__ = ["LineSettings", "LineStrategy"]


@hookimpl
def strategies() -> Iterable[type[LineStrategy]]:
    """Bring the strategy `line`."""
    return [LineStrategy]


@hookimpl
def simulators() -> "Iterable[type[LineSimulator]]":
    """Bring the simulated LINE. Imported here because it needs `accredit[testing]`."""
    from accredit_line.simulator import LineSimulator

    return [LineSimulator]
