"""Weibo for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_weibo.settings import WeiboSettings
from accredit_weibo.strategy import WeiboStrategy

if TYPE_CHECKING:
    from accredit_weibo.simulator import WeiboSimulator

__all__ = ["WeiboSettings", "WeiboStrategy"]


@hookimpl
def strategies() -> Iterable[type[WeiboStrategy]]:
    """Bring the strategy `weibo`."""
    return [WeiboStrategy]


@hookimpl
def simulators() -> "Iterable[type[WeiboSimulator]]":
    """Bring the simulated Weibo. Imported here because it needs `accredit[testing]`."""
    from accredit_weibo.simulator import WeiboSimulator

    return [WeiboSimulator]
