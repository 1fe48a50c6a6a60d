"""A file is there as a whole, or not at all."""

import os
from pathlib import Path

import pytest

from accredit.cli.tools.output_file import output_file
from accredit.errors import ConfigurationError


@pytest.mark.skipif(os.name != "posix", reason="limits of another kind")
@pytest.mark.parametrize("size", [2000, 100_000])
def test_a_full_disk_is_told_and_changes_nothing(tmp_path: Path, size: int) -> None:
    import resource

    path = tmp_path / "login.html"
    path.write_text("older", "utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with (
            pytest.raises(ConfigurationError, match=r"cannot write .*login\.html: File too large"),
            output_file(path, option="--html") as page,
        ):
            page.write(b"x" * size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert path.read_text("utf-8") == "older"
    assert list(tmp_path.iterdir()) == [path]
