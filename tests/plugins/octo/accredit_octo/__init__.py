"""Octo: a provider of GitHub's shape. Ids are numbers, and it refuses other apps' tokens itself, as any dead one."""

from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_octo.strategy import OctoStrategy

if TYPE_CHECKING:
    from accredit_octo.simulator import OctoSimulator

__all__ = ["OctoStrategy"]


@hookimpl
def strategies() -> list[type[OctoStrategy]]:
    return [OctoStrategy]


@hookimpl
def simulators() -> list[type["OctoSimulator"]]:
    from accredit_octo.simulator import OctoSimulator

    return [OctoSimulator]
