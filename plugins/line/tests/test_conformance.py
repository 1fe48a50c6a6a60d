from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_line.simulator import LineSimulator
from accredit_line.strategy import LineStrategy

pytestmark = pytest.mark.slow


class TestLine(StrategyConformance):
    strategy = LineStrategy
    simulator = LineSimulator
    payloads = Path(__file__).parent / "payloads"
