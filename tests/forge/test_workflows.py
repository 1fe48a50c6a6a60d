"""The workflows of the forge run the sessions of noxfile.py, with no more rights than that needs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.forge.chores import ROOT, WORKFLOWS, exists, named, pythons, read

TESTS, RELEASE = ROOT / ".github/workflows/tests.yml", ROOT / ".github/workflows/release.yml"
WRITES = {("release.yml", "draft"): {"contents": "write"}}
"""The jobs that may change anything, and what."""


def jobs() -> Iterator[tuple[Path, str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield path, name, job


def commands(job: dict[str, Any]) -> list[str]:
    """Return what a job runs, once for each value of its matrix."""
    runs = [step["run"] for step in job["steps"] if "run" in step]
    for key, values in job.get("strategy", {}).get("matrix", {}).items():
        runs = [run.replace(f"${{{{ matrix.{key} }}}}", value) for run in runs for value in values]
    return runs


def test_every_session_that_a_workflow_names_exists() -> None:
    found = [session for _, _, job in jobs() for run in commands(job) for session in named(run)]
    assert len(found) > 15
    assert [session for session in found if not exists(session)] == []


def test_the_workflows_run_the_sessions_of_ci_and_the_lower_bounds_and_the_recipe() -> None:
    found = {session for path, _, job in jobs() if path == TESTS for run in commands(job) for session in named(run)}
    ci = set(named((ROOT / ".ci/run").read_text("utf-8")))
    assert len(ci) > 5
    assert found == {f"tests-{version}" for version in pythons()} | (ci - {"tests"}) | {"example", "lowest", "release"}


def test_a_tag_runs_the_recipe_and_no_rehearsal_of_it() -> None:
    content = RELEASE.read_text("utf-8")
    assert read(RELEASE)[True] == {"push": {"tags": ["v*"]}}
    assert "nox -s release\n" in content
    assert "--rehearse" not in content


def test_no_workflow_may_do_more_than_read() -> None:
    for path in WORKFLOWS:
        assert read(path)["permissions"] in ({}, {"contents": "read"})
    granted = {(path.name, name): job["permissions"] for path, name, job in jobs() if "permissions" in job}
    assert {job: rights for job, rights in granted.items() if "write" in rights.values()} == WRITES


def test_no_job_that_runs_our_code_keeps_the_rights_of_its_checkout() -> None:
    checkouts = [step for _, _, job in jobs() for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
    assert len(checkouts) > 2
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_action_is_the_forges_own_and_pinned_at_least_by_its_major_version() -> None:
    used = [step["uses"] for _, _, job in jobs() for step in job["steps"] if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@(v\d+(\.\d+)*|[0-9a-f]{40})", action)] == []


def test_every_job_ends_by_itself() -> None:
    assert all(0 < job["timeout-minutes"] <= 60 for _, _, job in jobs())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_command_holds_what_a_stranger_may_write(path: Path) -> None:
    expressions = {inside for run in re.findall(r"run: .*", path.read_text("utf-8")) for inside in _expressions(run)}
    assert expressions <= {"matrix.python", "matrix.session"}


def _expressions(text: str) -> list[str]:
    return re.findall(r"\$\{\{ *(.*?) *\}\}", text)
