"""TikTok for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_tiktok.settings import TikTokSettings
from accredit_tiktok.strategy import TikTokStrategy

if TYPE_CHECKING:
    from accredit_tiktok.simulator import TikTokSimulator

__all__ = ["TikTokSettings", "TikTokStrategy"]


@hookimpl
def strategies() -> Iterable[type[TikTokStrategy]]:
    """Bring the strategy `tiktok`."""
    return [TikTokStrategy]


@hookimpl
def simulators() -> "Iterable[type[TikTokSimulator]]":
    """Bring the simulated TikTok. Imported here because it needs `accredit[testing]`."""
    from accredit_tiktok.simulator import TikTokSimulator

    return [TikTokSimulator]
