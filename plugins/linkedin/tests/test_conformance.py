from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_linkedin.simulator import LinkedInSimulator
from accredit_linkedin.strategy import LinkedInStrategy

pytestmark = pytest.mark.slow


class TestLinkedIn(StrategyConformance):
    strategy = LinkedInStrategy
    simulator = LinkedInSimulator
    payloads = Path(__file__).parent / "payloads"
