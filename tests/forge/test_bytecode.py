"""What a session compiles is compiled once."""

import os
import subprocess
import sys

import pytest
from tests.forge.chores import ROOT

LOOK = "import noxfile, os; print(os.environ.get('PYTHONDONTWRITEBYTECODE'), os.environ['LANG'])"


@pytest.mark.slow
def test_no_session_compiles_anew_whatever_the_environment_says() -> None:
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["None", "C.UTF-8"]
