from pathlib import Path

from accredit.testing import StrategyConformance
from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.strategy import GoogleStrategy


class TestGoogle(StrategyConformance):
    strategy = GoogleStrategy
    simulator = GoogleSimulator
    payloads = Path(__file__).parent / "payloads"
