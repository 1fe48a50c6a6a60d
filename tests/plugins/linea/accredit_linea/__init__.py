"""Linea: a provider of LINE's shape. Its ID tokens are ES256 for apps, HS256 for the web; its access tokens are odd."""

from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_linea.strategy import LineaStrategy, LineaWebStrategy

if TYPE_CHECKING:
    from accredit_linea.simulator import LineaSimulator

__all__ = ["LineaStrategy", "LineaWebStrategy"]


@hookimpl
def strategies() -> list[type[LineaStrategy | LineaWebStrategy]]:
    return [LineaStrategy, LineaWebStrategy]


@hookimpl
def simulators() -> list[type["LineaSimulator"]]:
    from accredit_linea.simulator import LineaSimulator, LineaWebSimulator

    return [LineaSimulator, LineaWebSimulator]
