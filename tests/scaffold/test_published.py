"""A generated plugin as package indexes and people who install it get it."""

import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.metadata import Metadata
from tests.scaffold.environment import build_wheel

from accredit.cli.commands.new_strategy import Kind
from accredit.cli.tools.scaffold import Names, read_templates, write

pytestmark = pytest.mark.slow


@pytest.fixture(params=list(Kind))
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The unpacked source distribution of a plugin."""
    project, built, unpacked = tmp_path / "project", tmp_path / "sdist", tmp_path / "unpacked"
    write(read_templates(request.param, Names("globex")), project)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(built)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [archive] = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(unpacked, filter="data")
    [folder] = unpacked.iterdir()
    return folder


def test_the_source_distribution_is_whole_and_makes_the_wheel(source: Path, tmp_path: Path) -> None:
    for name in ("LICENSE", "README.md", "CHANGELOG.md", "tests/test_conformance.py", "tests/payloads/complete.json"):
        assert (source / name).is_file(), name
    with ZipFile(build_wheel(source, tmp_path / "wheels")) as wheel:
        names = wheel.namelist()
        assert "accredit_globex-0.1.0.dist-info/licenses/LICENSE" in names
        assert {name.partition("/")[0] for name in names} == {"accredit_globex", "accredit_globex-0.1.0.dist-info"}


def test_its_metadata_are_valid_and_complete(source: Path, tmp_path: Path) -> None:
    with ZipFile(build_wheel(source, tmp_path / "wheels")) as wheel:
        written = wheel.read("accredit_globex-0.1.0.dist-info/METADATA")
    metadata = Metadata.from_email(written, validate=True)
    assert metadata.license_expression == "MIT"
    assert metadata.license_files == ["LICENSE"]
    assert metadata.summary == "Globex for Accredit: verify a Globex token, and that it was minted for your app."
    assert metadata.description is not None
    assert metadata.description.startswith("# accredit-globex\n")
    assert metadata.description_content_type == "text/markdown"
    assert metadata.classifiers
    assert metadata.project_urls
    assert str(metadata.requires_python) == ">=3.11"
    assert "accredit<0.2,>=0.1" in [str(one) for one in metadata.requires_dist or []]
