from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_naver.simulator import NaverSimulator
from accredit_naver.strategy import NaverStrategy

pytestmark = pytest.mark.slow


class TestNaver(StrategyConformance):
    strategy = NaverStrategy
    simulator = NaverSimulator
    payloads = Path(__file__).parent / "payloads"
