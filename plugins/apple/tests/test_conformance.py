from pathlib import Path

import pytest

from accredit.testing import StrategyConformance
from accredit_apple.simulator import AppleSimulator
from accredit_apple.strategy import AppleStrategy

pytestmark = pytest.mark.slow


class TestApple(StrategyConformance):
    strategy = AppleStrategy
    simulator = AppleSimulator
    payloads = Path(__file__).parent / "payloads"
    exemptions = dict.fromkeys(
        (
            "test_a_kept_token_is_revoked_at_the_provider_and_may_be_again",
            "test_no_outage_and_no_unknown_refusal_is_taken_for_a_revocation",
            "test_revoking_shows_the_token_to_nobody_else",
        ),
        "only a code brings a token to revoke, and no sample of the kit can be a code: see test_revoke.py",
    )
