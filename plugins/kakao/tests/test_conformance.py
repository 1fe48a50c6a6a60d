from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_kakao.simulator import KakaoSimulator
from accredit_kakao.strategy import KakaoStrategy

pytestmark = pytest.mark.slow


class TestKakao(StrategyConformance):
    strategy = KakaoStrategy
    simulator = KakaoSimulator
    payloads = Path(__file__).parent / "payloads"
