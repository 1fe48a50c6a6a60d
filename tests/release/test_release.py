"""A release that is not whole is refused, in a sentence that says what to change."""

import io
import tarfile
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.release.__main__ import main
from tests.release.archives import check_archives
from tests.release.changelog import check_signed_off
from tests.release.projects import NotReadyError, Project, check_ranges, one_version, projects

SIGNED = """# Changes

## Unreleased

## 0.2.0 - 2027-01-31

### Added

* A thing.

## 0.1.0 - 2026-12-01

* All.
"""


@pytest.fixture
def core(tmp_path: Path) -> Project:
    (tmp_path / "LICENSE").write_text("MIT\n", "utf-8")
    return Project(tmp_path, "accredit", "0.2.0", ())


@pytest.fixture
def plugin(core: Project) -> Project:
    return replace(core, name="accredit-acme", dependencies=("Other>=1", "accredit>=0.2,<0.3"))


def test_our_distributions_have_one_version_and_fit_together() -> None:
    found = projects()
    first, *others = [project.name for project in found]
    assert first == "accredit"
    assert {"accredit-facebook", "accredit-weibo"} <= set(others)
    check_ranges(found, one_version(found))


def test_several_versions_are_refused_by_name(core: Project, plugin: Project) -> None:
    assert one_version([core, plugin]) == "0.2.0"
    with pytest.raises(NotReadyError, match=r"accredit 0\.2\.0, accredit-acme 0\.2\.1"):
        one_version([core, replace(plugin, version="0.2.1")])


@pytest.mark.parametrize("asked", ["accredit>=0.1,<0.2", "accredit>=0.3,<0.4", "accredit>=0.2", "accredit"])
def test_a_plugin_that_does_not_fit_this_core_or_fits_every_later_one_is_refused(
    asked: str, core: Project, plugin: Project
) -> None:
    check_ranges([core, plugin], "0.2.0")
    with pytest.raises(NotReadyError, match="accredit-acme asks for accredit"):
        check_ranges([core, replace(plugin, dependencies=(asked,))], "0.2.0")


def test_a_dated_section_with_nothing_before_it_signs_the_changelog_off() -> None:
    assert check_signed_off(SIGNED, "0.2.0") == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SIGNED.replace("## Unreleased\n", "## Unreleased\n\n* More.\n"), 'under "Unreleased"'),
        (SIGNED.replace("0.2.0", "0.3.0"), "must be that of"),
        (SIGNED.replace(" - 2027-01-31", ""), "must date"),
        (SIGNED.replace("2027-01-31", "2027-13-31"), "must date"),
        (SIGNED.replace("* A thing.", ""), "says nothing"),
        ("# Changes\n", "is none"),
    ],
)
def test_a_changelog_that_is_not_signed_off_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotReadyError, match=reason):
        check_signed_off(text, "0.2.0")


def archives(folder: Path, *, without: str = "", licence: str = "MIT\n", beside: str = "") -> Path:
    """Write a wheel and a source distribution of accredit 0.2.0."""
    folder.mkdir()
    contents = {"accredit/__init__.py": "", "accredit/py.typed": "", "LICENSE": licence, beside: ""}
    contents = {name: text for name, text in contents.items() if name not in {without, ""}}
    with zipfile.ZipFile(folder / "accredit-0.2.0-py3-none-any.whl", "w") as wheel:
        for name, text in contents.items():
            wheel.writestr(name.replace("LICENSE", "accredit-0.2.0.dist-info/licenses/LICENSE"), text)
    with tarfile.open(folder / "accredit-0.2.0.tar.gz", "w:gz") as source:
        for name, text in contents.items():
            member = tarfile.TarInfo("accredit-0.2.0/" + name.replace("accredit/", "src/accredit/"))
            member.size = len(text)
            source.addfile(member, io.BytesIO(text.encode()))
    return folder


def test_whole_archives_are_listed_with_their_digests(core: Project, tmp_path: Path) -> None:
    listed = check_archives(archives(tmp_path / "dist"), [core])
    assert [archive.path.name for archive in listed] == ["accredit-0.2.0-py3-none-any.whl", "accredit-0.2.0.tar.gz"]
    assert {len(archive.sha256) for archive in listed} == {64}


@pytest.mark.parametrize("missing", ["LICENSE", "accredit/py.typed", "accredit/__init__.py"])
def test_an_archive_without_its_licence_types_or_source_is_refused(missing: str, core: Project, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=missing.rpartition("/")[2]):
        check_archives(archives(tmp_path / "dist", without=missing), [core])


def test_an_archive_with_another_licence_is_refused(core: Project, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="another licence"):
        check_archives(archives(tmp_path / "dist", licence="mine\n"), [core])


def test_a_wheel_that_installs_more_than_its_package_is_refused(core: Project, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"\['tests'\] beside accredit"):
        check_archives(archives(tmp_path / "dist", beside="tests/conftest.py"), [core])


def test_a_missing_and_a_foreign_archive_are_refused(core: Project, plugin: Project, tmp_path: Path) -> None:
    folder = archives(tmp_path / "dist")
    with pytest.raises(NotReadyError, match=r"expected: .*accredit_acme-0\.2\.0"):
        check_archives(folder, [core, plugin])
    (folder / "other-1.0.tar.gz").touch()
    with pytest.raises(NotReadyError, match=r"built: .*other"):
        check_archives(folder, [core])


def test_a_rehearsal_asks_everything_but_the_changelog(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rehearse"])
    assert "distributions, the changelog is not asked" in capsys.readouterr().out


def test_a_reason_ends_the_recipe_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^not ready: built: "):
        main([str(tmp_path)])
