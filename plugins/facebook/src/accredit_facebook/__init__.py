"""Facebook for Accredit: access tokens by the Graph API, Limited Login tokens by Facebook's keys."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from accredit import hookimpl
from accredit.strategy import Strategy
from accredit_facebook.strategy import FacebookStrategy

if TYPE_CHECKING:
    from accredit.testing import Simulator


@hookimpl
def strategies() -> Iterable[type[Strategy[Any]]]:
    """Bring the strategy `facebook`."""
    return [FacebookStrategy]


@hookimpl
def simulators() -> Iterable[type["Simulator"]]:
    """Bring a Facebook to test against."""
    from accredit_facebook.simulator import FacebookSimulator

    return [FacebookSimulator]
