from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.strategy import MicrosoftStrategy

pytestmark = pytest.mark.slow


class TestMicrosoft(StrategyConformance):
    strategy = MicrosoftStrategy
    simulator = MicrosoftSimulator
    payloads = Path(__file__).parent / "payloads"
