"""The forms of the forge ask for what we need, and send what is secret elsewhere."""

from pathlib import Path

import pytest
from tests.forge.chores import ROOT, exists, named, read

FOLDER = ROOT / ".github/ISSUE_TEMPLATE"
FORMS = sorted(path for path in FOLDER.glob("*.yml") if path.name != "config.yml")
KINDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def test_there_is_a_form_for_each_kind_of_issue_and_no_blank_one() -> None:
    assert [form.stem for form in FORMS] == ["bug", "provider", "question"]
    assert read(FOLDER / "config.yml") == {"blank_issues_enabled": False}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_a_form_is_one_that_the_forge_takes(form: Path) -> None:
    content = read(form)
    assert content["name"]
    assert content["description"]
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in content["body"]} <= KINDS
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_whoever_reports_a_bug_is_told_where_a_weakness_goes() -> None:
    [note] = [field for field in read(FOLDER / "bug.yml")["body"] if field["type"] == "markdown"]
    assert "`SECURITY.md`" in note["attributes"]["value"]
    assert (ROOT / "SECURITY.md").is_file()


def test_a_pull_request_names_sessions_that_exist() -> None:
    sessions = named((ROOT / ".github/pull_request_template.md").read_text("utf-8"))
    assert "tests" in sessions
    assert all(exists(session) for session in sessions)
