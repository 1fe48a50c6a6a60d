from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.strategy import FacebookStrategy

pytestmark = pytest.mark.slow


class TestFacebook(StrategyConformance):
    strategy = FacebookStrategy
    simulator = FacebookSimulator
    payloads = Path(__file__).parent / "payloads"
