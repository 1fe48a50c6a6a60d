"""A second plugin, at which the same people have accounts: the strategy `other`, whose provider tells no names."""

import importlib
from typing import TYPE_CHECKING

from accredit import Profile, Verification, hookimpl

if TYPE_CHECKING:
    from core.tests.cli.plugin.accredit_fake import FakeStrategy

    from accredit.testing import Simulator
else:
    from accredit_fake import FakeStrategy  # laid down beside it


class OtherStrategy(FakeStrategy):
    name = "other"

    def normalize(self, verification: Verification) -> Profile:
        return Profile()


@hookimpl
def strategies() -> list[type[OtherStrategy]]:
    return [OtherStrategy]


@hookimpl
def simulators() -> list[type["Simulator"]]:
    return [importlib.import_module("accredit_other_simulator").OtherSimulator]
