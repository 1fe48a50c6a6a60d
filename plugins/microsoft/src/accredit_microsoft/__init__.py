"""Microsoft for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_microsoft.settings import MicrosoftSettings
from accredit_microsoft.strategy import MicrosoftStrategy

if TYPE_CHECKING:
    from accredit_microsoft.simulator import MicrosoftSimulator

__all__ = ["MicrosoftSettings", "MicrosoftStrategy"]


@hookimpl
def strategies() -> Iterable[type[MicrosoftStrategy]]:
    """Bring the strategy `microsoft`."""
    return [MicrosoftStrategy]


@hookimpl
def simulators() -> "Iterable[type[MicrosoftSimulator]]":
    """Bring the simulated Microsoft. Imported here because it needs `accredit[testing]`."""
    from accredit_microsoft.simulator import MicrosoftSimulator

    return [MicrosoftSimulator]
