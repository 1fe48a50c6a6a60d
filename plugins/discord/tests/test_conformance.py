from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_discord.simulator import DiscordSimulator
from accredit_discord.strategy import DiscordStrategy

pytestmark = pytest.mark.slow


class TestDiscord(StrategyConformance):
    strategy = DiscordStrategy
    simulator = DiscordSimulator
    payloads = Path(__file__).parent / "payloads"
