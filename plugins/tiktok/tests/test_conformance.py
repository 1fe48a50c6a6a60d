from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_tiktok.simulator import TikTokSimulator
from accredit_tiktok.strategy import TikTokStrategy

pytestmark = pytest.mark.slow


class TestTikTok(StrategyConformance):
    strategy = TikTokStrategy
    simulator = TikTokSimulator
    payloads = Path(__file__).parent / "payloads"
