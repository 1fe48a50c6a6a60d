"""Ten seconds of mixed load with faults; `nox -s soak` does the same for ten minutes."""

from pathlib import Path

import pytest
from tests.faults.soak import soak


@pytest.mark.slow
async def test_memory_and_open_files_stay_flat_under_mixed_load_with_faults(tmp_path: Path) -> None:
    lines: list[str] = []
    seen = await soak(tmp_path, seconds=10, tell=lines.append)
    assert seen.problems() == [], "\n".join(lines)
    expected = {"again 200", "fresh 200", "left", "moody 503", "refresh 200", "refused 401"}
    assert set(seen.answers) == expected
