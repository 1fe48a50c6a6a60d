from pathlib import Path

from accredit.testing import StrategyConformance
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.strategy import TwitterStrategy


class TestTwitter(StrategyConformance):
    strategy = TwitterStrategy
    simulator = TwitterSimulator
    payloads = Path(__file__).parent / "payloads"
