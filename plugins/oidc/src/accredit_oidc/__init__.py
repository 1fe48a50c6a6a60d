"""OpenID Connect for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_oidc.settings import OidcSettings
from accredit_oidc.strategy import OidcStrategy

if TYPE_CHECKING:
    from accredit_oidc.simulator import OidcSimulator

__all__ = ["OidcSettings", "OidcStrategy"]


@hookimpl
def strategies() -> Iterable[type[OidcStrategy]]:
    """Bring the strategy `oidc`."""
    return [OidcStrategy]


@hookimpl
def simulators() -> "Iterable[type[OidcSimulator]]":
    """Bring the simulated provider. Imported here because it needs `accredit[testing]`."""
    from accredit_oidc.simulator import OidcSimulator

    return [OidcSimulator]
