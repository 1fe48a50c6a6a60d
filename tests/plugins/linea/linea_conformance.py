"""Run by `tests/plugins/test_plugins.py`, in a pytest that has the plugin installed."""

from pathlib import Path

from accredit_linea import LineaStrategy, LineaWebStrategy
from accredit_linea.simulator import LineaSimulator, LineaWebSimulator

from accredit.testing import StrategyConformance

PAYLOADS = Path(__file__).parent / "payloads"


class TestLinea(StrategyConformance):
    strategy = LineaStrategy
    simulator = LineaSimulator
    payloads = PAYLOADS


class TestLineaWeb(StrategyConformance):
    strategy = LineaWebStrategy
    simulator = LineaWebSimulator
    payloads = PAYLOADS
