"""Kakao for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_kakao.settings import KakaoSettings
from accredit_kakao.strategy import KakaoStrategy

if TYPE_CHECKING:
    from accredit_kakao.simulator import KakaoSimulator

__all__ = ["KakaoSettings", "KakaoStrategy"]


@hookimpl
def strategies() -> Iterable[type[KakaoStrategy]]:
    """Bring the strategy `kakao`."""
    return [KakaoStrategy]


@hookimpl
def simulators() -> "Iterable[type[KakaoSimulator]]":
    """Bring the simulated Kakao. Imported here because it needs `accredit[testing]`."""
    from accredit_kakao.simulator import KakaoSimulator

    return [KakaoSimulator]
