"""What is measured beside a provider that hangs is measured at all; how long it takes, a busy machine cannot say."""

from pathlib import Path

import pytest
from tests.faults.neighbour import USERS, measure, percentile


@pytest.mark.slow
async def test_beside_a_provider_that_hangs_everybody_else_logs_in(tmp_path: Path) -> None:
    times = await measure(tmp_path, rounds=1, logins=2, hanging=20)

    assert {name: len(found) for name, found in times.items()} == {"alone": 2 * USERS, "beside": 2 * USERS}


def test_a_percentile_is_what_so_many_took_at_most() -> None:
    assert percentile([float(number) for number in range(1, 102)], 99) == 100
