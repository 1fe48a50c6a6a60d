"""The distribution brings one strategy and one simulator, by the hooks and under its entry point."""

import subprocess
import sys
from importlib.metadata import entry_points

import accredit_facebook
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.strategy import FacebookStrategy


def test_the_entry_point_has_the_strategys_name() -> None:
    [entry] = entry_points(group="accredit.strategies", name="facebook")
    assert entry.load() is accredit_facebook
    assert FacebookStrategy.name == FacebookSimulator.strategy == "facebook"


def test_the_hooks_bring_the_strategy_and_the_simulator() -> None:
    assert list(accredit_facebook.strategies()) == [FacebookStrategy]
    assert list(accredit_facebook.simulators()) == [FacebookSimulator]


def test_the_simulator_is_imported_only_when_it_is_asked_for() -> None:
    code = "import sys, accredit_facebook; sys.exit('accredit_facebook.simulator' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own interpreter and code
