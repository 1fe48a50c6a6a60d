"""The session that runs the tests of a Django project on the newest Django."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.forge.chores import ROOT

pytestmark = pytest.mark.slow


def nox(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the session where no Python is on the path, and the versions of pyenv are those in `folder`."""
    command = [sys.executable, "-m", "nox", "--session", "django", "--envdir", str(folder / "nox"), *arguments]
    environ = {**os.environ, "PATH": str(folder), "PYENV_ROOT": str(folder), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_without_a_python_for_it_the_session_fails_in_a_sentence(tmp_path: Path) -> None:
    done = nox(tmp_path, "--no-venv")
    assert done.returncode != 0
    sentence = "the newest Django needs Python 3.12 or newer: put one on the path, or below the root of pyenv"
    assert sentence in done.stderr


def test_a_python_of_pyenv_is_found_although_its_shims_are_not_active(tmp_path: Path) -> None:
    for version in ("3.12.1", "3.13.0"):
        program = tmp_path / "versions" / version / "bin" / f"python{version[:4]}"
        program.parent.mkdir(parents=True)
        program.symlink_to(sys.executable)
    done = nox(tmp_path, "--list", "--json")
    assert f'"python": "{program}"' in done.stdout
