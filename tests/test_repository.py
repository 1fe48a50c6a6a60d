"""What the repository promises about itself."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [ROOT / "core", *sorted((ROOT / "plugins").iterdir())]


def test_ci_runs_the_test_command_of_the_readme_word_for_word() -> None:
    commands = re.findall(r"^```sh\n(python3 -m venv .+)\n```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [command.rpartition(" ")[2] for command in commands] == ["demo", "tests"]
    assert commands[1] in (ROOT / ".ci/run").read_text("utf-8").splitlines()


def test_the_constraints_pin_every_package_by_hash_and_name_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert "@" not in text
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert len(requirements) > 50
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_distribution_is_complete(package: Path) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("MIT", ["LICENSE"])
    assert (package / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert project["requires-python"] == ">=3.11"
    assert (package / "README.md").stat().st_size > 200
    assert list((package / "src").glob("*/py.typed"))
    assert list((package / "tests").glob("**/test_*.py"))


@pytest.mark.parametrize("package", PACKAGES[1:], ids=lambda path: path.name)
def test_every_plugin_pins_a_range_of_core_and_is_an_entry_point(package: Path) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == f"accredit-{package.name}"
    assert "accredit>=0.1,<0.2" in project["dependencies"]
    assert list(project["entry-points"]["accredit.strategies"]) == [package.name]


def test_every_extra_of_core_is_told_in_its_readme() -> None:
    project = tomllib.loads((ROOT / "core/pyproject.toml").read_text("utf-8"))["project"]
    rows = re.findall(r"^\| (`[^|]+`) \|", (ROOT / "core/README.md").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(project["optional-dependencies"])


def test_no_file_sends_anybody_to_a_package_registry_or_takes_a_package_from_an_address() -> None:
    hosts = r"pypi\.org|pythonhosted\.org|npmjs\.|anaconda\.(org|com)|conda\.io|crates\.io|rubygems\.org|pkg\.go\.dev"
    git = shutil.which("git")
    assert git is not None
    tracked = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [path for path in tracked.split("\0") if path and (ROOT / path).is_file()]
    assert "core/src/accredit/cli/templates/common/pyproject.toml.template" in files
    texts = {path: (ROOT / path).read_bytes().decode("utf-8", "replace").lower() for path in files}
    assert [path for path, text in texts.items() if re.search(hosts, text)] == []


def test_no_page_holds_the_marks_of_a_merge() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")]
    assert [path.name for path in pages if re.search(r"^(<{7}|>{7}) ", path.read_text("utf-8"), re.MULTILINE)] == []


def test_no_session_looks_for_uv_on_the_path() -> None:
    # Whoever follows the README has it in the environment that runs nox, and nowhere else.
    assert re.findall(r"\(\s*[\"']uv[\"'],", (ROOT / "noxfile.py").read_text("utf-8")) == []
