from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.strategy import TwitterStrategy

pytestmark = pytest.mark.slow


class TestTwitter(StrategyConformance):
    strategy = TwitterStrategy
    simulator = TwitterSimulator
    payloads = Path(__file__).parent / "payloads"
