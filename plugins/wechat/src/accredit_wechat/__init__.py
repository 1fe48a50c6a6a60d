"""WeChat for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_wechat.settings import WeChatSettings
from accredit_wechat.strategy import WeChatStrategy

if TYPE_CHECKING:
    from accredit_wechat.simulator import WeChatSimulator

__all__ = ["WeChatSettings", "WeChatStrategy"]


@hookimpl
def strategies() -> Iterable[type[WeChatStrategy]]:
    """Bring the strategy `wechat`."""
    return [WeChatStrategy]


@hookimpl
def simulators() -> "Iterable[type[WeChatSimulator]]":
    """Bring the simulated WeChat. Imported here because it needs `accredit[testing]`."""
    from accredit_wechat.simulator import WeChatSimulator

    return [WeChatSimulator]
