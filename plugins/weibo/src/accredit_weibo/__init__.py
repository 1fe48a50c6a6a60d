"""Weibo for Accredit: the strategy `weibo`, and a simulated Weibo to try it on."""

from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_weibo.settings import WeiboSettings
from accredit_weibo.strategy import WeiboStrategy

if TYPE_CHECKING:
    from accredit_weibo.simulator import WeiboSimulator

__all__ = ["WeiboSettings", "WeiboStrategy"]


@hookimpl
def strategies() -> list[type[WeiboStrategy]]:
    """Bring the strategy `weibo`."""
    return [WeiboStrategy]


@hookimpl
def simulators() -> list[type["WeiboSimulator"]]:
    """Bring the simulated Weibo; it needs `accredit[testing]`."""
    from accredit_weibo.simulator import WeiboSimulator

    return [WeiboSimulator]
