from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_wechat.simulator import WeChatSimulator
from accredit_wechat.strategy import WeChatStrategy

pytestmark = pytest.mark.slow


class TestWeChat(StrategyConformance):
    strategy = WeChatStrategy
    simulator = WeChatSimulator
    payloads = Path(__file__).parent / "payloads"
