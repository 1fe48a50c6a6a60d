from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_oidc.simulator import OidcSimulator
from accredit_oidc.strategy import OidcStrategy

pytestmark = pytest.mark.slow


class TestOidc(StrategyConformance):
    strategy = OidcStrategy
    simulator = OidcSimulator
    payloads = Path(__file__).parent / "payloads"
