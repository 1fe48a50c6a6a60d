from pathlib import Path

from accredit.testing import StrategyConformance
from accredit_weibo.simulator import WeiboSimulator
from accredit_weibo.strategy import WeiboStrategy


class TestWeibo(StrategyConformance):
    strategy = WeiboStrategy
    simulator = WeiboSimulator
    payloads = Path(__file__).parent / "payloads"
