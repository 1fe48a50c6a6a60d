"""Naver for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_naver.settings import NaverSettings
from accredit_naver.strategy import NaverStrategy

if TYPE_CHECKING:
    from accredit_naver.simulator import NaverSimulator

__all__ = ["NaverSettings", "NaverStrategy"]


@hookimpl
def strategies() -> Iterable[type[NaverStrategy]]:
    """Bring the strategy `naver`."""
    return [NaverStrategy]


@hookimpl
def simulators() -> "Iterable[type[NaverSimulator]]":
    """Bring the simulated Naver. Imported here because it needs `accredit[testing]`."""
    from accredit_naver.simulator import NaverSimulator

    return [NaverSimulator]
