"""Run by `tests/plugins/test_plugins.py`, in a pytest that has the plugin installed."""

from pathlib import Path

from accredit_octo import OctoStrategy
from accredit_octo.simulator import OctoSimulator

from accredit.testing import StrategyConformance


class TestOcto(StrategyConformance):
    strategy = OctoStrategy
    simulator = OctoSimulator
    payloads = Path(__file__).parent / "payloads"
