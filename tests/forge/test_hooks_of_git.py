"""The hooks of .pre-commit-config.yaml run what the lint session runs, and fetch nothing."""

import re
from typing import Any

from tests.forge.chores import NOXFILE, ROOT, exists, named, read

PATH = ROOT / ".pre-commit-config.yaml"


def hooks() -> list[dict[str, Any]]:
    return [hook for repository in read(PATH)["repos"] for hook in repository["hooks"]]


def test_nothing_is_fetched() -> None:
    assert [repository["repo"] for repository in read(PATH)["repos"]] == ["local"]
    assert {hook["language"] for hook in hooks()} == {"system"}
    assert "://" not in PATH.read_text("utf-8")


def test_every_command_of_the_lint_session_is_a_hook() -> None:
    lint = NOXFILE.partition("def lint(")[2].partition("\n\n\n")[0]
    commands = {" ".join(re.findall(r'"([a-z-]+)"', line)[:2]) for line in lint.splitlines() if "session.run(" in line}
    assert commands == {"ruff check", "ruff format", "lint-imports", "codespell"}
    entries = {" ".join(hook["entry"].split()[:2]).partition(" -")[0] for hook in hooks()}
    assert commands <= entries


def test_every_session_and_script_that_a_hook_runs_exists() -> None:
    entries = [hook["entry"] for hook in hooks()]
    sessions = [session for entry in entries for session in named(entry)]
    assert sessions == ["typing"]
    assert all(exists(session) for session in sessions)
    scripts = [entry.split()[1] for entry in entries if entry.startswith("python ")]
    assert scripts
    assert all((ROOT / script).is_file() for script in scripts)
