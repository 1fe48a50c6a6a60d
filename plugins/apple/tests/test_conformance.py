from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_apple.simulator import AppleSimulator
from accredit_apple.strategy import AppleStrategy

pytestmark = pytest.mark.slow


class TestApple(StrategyConformance):
    strategy = AppleStrategy
    simulator = AppleSimulator
    payloads = Path(__file__).parent / "payloads"
