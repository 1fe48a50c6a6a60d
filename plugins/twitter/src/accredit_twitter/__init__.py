"""X (Twitter) for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.strategy import TwitterStrategy

if TYPE_CHECKING:
    from accredit_twitter.simulator import TwitterSimulator

__all__ = ["TwitterSettings", "TwitterStrategy"]


@hookimpl
def strategies() -> Iterable[type[TwitterStrategy]]:
    """Bring the strategy `twitter`."""
    return [TwitterStrategy]


@hookimpl
def simulators() -> "Iterable[type[TwitterSimulator]]":
    """Bring the simulated X. Imported here because it needs `accredit[testing]`."""
    from accredit_twitter.simulator import TwitterSimulator

    return [TwitterSimulator]
