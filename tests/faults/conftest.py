"""A folder in which a server can run, whose provider is simulated in this process."""

from pathlib import Path
from typing import Any

import pytest
from tests.faults.servers import write_settings

from accredit.testing import Simulator


@pytest.fixture
def folder(tmp_path: Path, connections: dict[str, dict[str, Any]]) -> Path:
    """Return a folder with the settings of a server."""
    write_settings(tmp_path, connections["facebook"])
    return tmp_path


@pytest.fixture
def ada(simulators: dict[str, Simulator]) -> dict[str, str]:
    """Return the parameters of a token that the provider calls good."""
    return dict(simulators["facebook"].samples()[0].parameters)
