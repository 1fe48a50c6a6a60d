from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.tests.cli.conftest import Run


def test_help_says_where_to_begin(run: Run) -> None:
    result = run("--help")

    assert result.exit_code == 0
    for command in ("demo", "dev", "connections", "serve"):
        assert f"accredit {command}" in " ".join(result.stdout.split())


@pytest.mark.parametrize("command", ["serve", "dev", "demo", "connections"])
def test_help_of_a_command_says_when_to_use_it_and_shows_an_example(run: Run, command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert "Use it" in result.stdout
    assert f"Example:\n    accredit {command}" in result.stdout


def test_version_is_that_of_the_distribution(run: Run) -> None:
    result = run("--version")

    assert (result.exit_code, result.stdout) == (0, f"accredit {importlib.metadata.version('accredit')}\n")


def test_a_misspelt_command_is_a_mistake_of_the_caller(run: Run) -> None:
    result = run("serv")

    assert result.exit_code == 2
    assert "serv" in result.stderr


def test_the_package_runs_as_a_module() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "accredit", "--version"], capture_output=True, text=True, check=True, timeout=60
    )

    assert ended.stdout.startswith("accredit ")


def test_commands_are_listed_without_loading_what_they_need() -> None:
    code = (
        "import sys; before = set(sys.modules); import accredit; core = set(sys.modules); import accredit.cli.app; "
        "print(sorted(name for name in set(sys.modules) - core if name.partition('.')[0] in "
        "{'rich', 'uvicorn', 'alembic', 'sqlalchemy'} or name.startswith('accredit.testing')))"
    )
    ended = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert ended.stdout == "[]\n"
