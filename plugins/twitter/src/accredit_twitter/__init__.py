"""X (Twitter): verify OAuth 1.0a user tokens, and with them who they belong to."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit.hookspecs import hookimpl
from accredit_twitter.strategy import TwitterStrategy

if TYPE_CHECKING:
    from accredit.testing import Simulator


@hookimpl
def strategies() -> Iterable[type[TwitterStrategy]]:
    """Bring the strategy `twitter`."""
    return (TwitterStrategy,)


@hookimpl
def simulators() -> Iterable[type["Simulator"]]:
    """Bring the simulated X. Imported here because it needs `accredit[testing]`."""
    from accredit_twitter.simulator import TwitterSimulator

    return (TwitterSimulator,)
