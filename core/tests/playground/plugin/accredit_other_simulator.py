"""The simulated provider of the strategy `other`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from accredit.testing import ACCEPTED, Sample

if TYPE_CHECKING:
    from core.tests.cli.plugin.accredit_fake_simulator import FakeSimulator, sample
else:
    from accredit_fake_simulator import FakeSimulator, sample  # laid down beside it


class OtherSimulator(FakeSimulator):
    strategy = "other"

    def samples(self) -> Sequence[Sample]:
        return [sample("good-grace", ACCEPTED), sample("good-ada", ACCEPTED)]
