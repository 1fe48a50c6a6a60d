from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_github.simulator import GitHubSimulator
from accredit_github.strategy import GitHubStrategy

pytestmark = pytest.mark.slow


class TestGitHub(StrategyConformance):
    strategy = GitHubStrategy
    simulator = GitHubSimulator
    payloads = Path(__file__).parent / "payloads"
