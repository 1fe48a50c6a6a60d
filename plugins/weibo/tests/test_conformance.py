from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_weibo.simulator import WeiboSimulator
from accredit_weibo.strategy import WeiboStrategy

pytestmark = pytest.mark.slow


class TestWeibo(StrategyConformance):
    strategy = WeiboStrategy
    simulator = WeiboSimulator
    payloads = Path(__file__).parent / "payloads"
