from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from accredit.cli.tools.program import this_program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("run_as", "told"),
    [
        (".venv/bin/accredit", ".venv/bin/accredit"),
        ("{here}/.nox/demo/bin/accredit", ".nox/demo/bin/accredit"),
        ("{here}/my venv/bin/accredit", "'my venv/bin/accredit'"),
        ("/usr/local/bin/accredit", "accredit"),
        ("{here}/core/src/accredit/__main__.py", "python -m accredit"),
    ],
    ids=["relative", "absolute", "quoted", "elsewhere", "module"],
)
def test_what_is_told_to_run_us_again_runs_us_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run_as: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    program = run_as.format(here=tmp_path)
    if (path := tmp_path / program).is_relative_to(tmp_path):
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.setattr(sys, "argv", [program, "demo"])

    assert this_program() == told


def test_what_is_no_file_cannot_be_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["-c", "demo"])

    assert this_program() == "accredit"
