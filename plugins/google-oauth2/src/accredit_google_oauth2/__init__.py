"""Google for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_google_oauth2.settings import GoogleSettings
from accredit_google_oauth2.strategy import GoogleStrategy

if TYPE_CHECKING:
    from accredit_google_oauth2.simulator import GoogleSimulator

__all__ = ["GoogleSettings", "GoogleStrategy"]


@hookimpl
def strategies() -> Iterable[type[GoogleStrategy]]:
    """Bring the strategy `google-oauth2`."""
    return [GoogleStrategy]


@hookimpl
def simulators() -> "Iterable[type[GoogleSimulator]]":
    """Bring the simulated Google. Imported here because it needs `accredit[testing]`."""
    from accredit_google_oauth2.simulator import GoogleSimulator

    return [GoogleSimulator]
