"""GitHub for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_github.settings import GitHubSettings
from accredit_github.strategy import GitHubStrategy

if TYPE_CHECKING:
    from accredit_github.simulator import GitHubSimulator

__all__ = ["GitHubSettings", "GitHubStrategy"]


@hookimpl
def strategies() -> Iterable[type[GitHubStrategy]]:
    """Bring the strategy `github`."""
    return [GitHubStrategy]


@hookimpl
def simulators() -> "Iterable[type[GitHubSimulator]]":
    """Bring the simulated GitHub. Imported here because it needs `accredit[testing]`."""
    from accredit_github.simulator import GitHubSimulator

    return [GitHubSimulator]
