"""A key file that cannot even be looked into."""

from pathlib import Path

import pytest

from accredit.errors import ConfigurationError
from accredit.keys import KeyFile


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^keys\.path: cannot use .*: Is a directory"):
        KeyFile(tmp_path).is_plain()


def test_no_file_is_not_plain(tmp_path: Path) -> None:
    assert not KeyFile(tmp_path / "keys.json").is_plain()
