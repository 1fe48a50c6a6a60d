from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.strategy import GoogleStrategy

pytestmark = pytest.mark.slow


class TestGoogle(StrategyConformance):
    strategy = GoogleStrategy
    simulator = GoogleSimulator
    payloads = Path(__file__).parent / "payloads"
