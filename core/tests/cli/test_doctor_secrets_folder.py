"""May others of this machine read the files that `ACCREDIT_SECRETS` brings?"""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.secrets_folder import examine_secrets_folder

NAME = "ACCREDIT_KEYS__ENCRYPTION_KEY"
OTHERS = "anybody of this machine may read or change"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that anybody gets to; those that pytest makes are closed above."""
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        made = Path(above) / "the secrets"
        made.mkdir()
        made.chmod(0o755)
        (made / NAME).write_text("hunter2", "utf-8")
        yield made


def found(folder: Path) -> list[Finding]:
    return list(examine_secrets_folder({"ACCREDIT_SECRETS": str(folder)}))


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602], ids=oct)
def test_files_that_anybody_may_use_are_a_warning_and_the_command_mends_it(folder: Path, mode: int) -> None:
    (folder / NAME).chmod(mode)
    (folder / "README").write_text("somebody else's", "utf-8")
    [finding] = found(folder)
    assert (finding.status, finding.check, finding.about) == ("warn", "configuration", str(folder))
    assert finding.what == f"{OTHERS} {NAME}"
    assert finding.change == f"run: chmod -R go= '{folder}'"
    subprocess.run(["/bin/sh", "-c", finding.change.removeprefix("run: ")], check=True)  # noqa: S603 - our own command
    assert found(folder) == []
    assert (folder / NAME).read_text("utf-8") == "hunter2"


@pytest.mark.parametrize(
    ("folder_mode", "mode"),
    [(0o700, 0o644), (0o750, 0o644), (0o755, 0o600), (0o755, 0o640), (0o755, 0o440)],
    ids=lambda mode: oct(mode),
)
def test_files_that_only_their_user_or_a_group_gets_to_are_not(folder: Path, folder_mode: int, mode: int) -> None:
    (folder / NAME).chmod(mode)
    folder.chmod(folder_mode)
    assert found(folder) == []


def test_a_link_is_judged_by_the_file_that_it_leads_to(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (folder / NAME).rename(closed / NAME)
    (closed / NAME).chmod(0o644)
    (folder / NAME).symlink_to(closed / NAME)
    assert found(folder) == []
    closed.chmod(0o755)
    assert [one.what for one in found(folder)] == [f"{OTHERS} {NAME}"]


@pytest.mark.parametrize("mounted", ["folder", "file"])
def test_what_a_container_or_a_service_manager_has_mounted_has_modes_of_its_own(
    folder: Path, mounted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NAME).chmod(0o444)
    assert len(found(folder)) == 1
    mount = folder if mounted == "folder" else folder / NAME
    monkeypatch.setattr(Path, "is_mount", lambda one: one == mount)
    assert found(folder) == []


def test_a_folder_of_another_user_is_first_given_to_the_one_that_runs_the_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NAME).chmod(0o644)
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    [finding] = found(folder)
    assert finding.change == f"run: chown -R 4711 '{folder}' && chmod -R go= '{folder}'"


def test_where_there_are_none_there_is_nothing_to_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / NAME).chmod(0o644)
    assert list(examine_secrets_folder({})) == list(examine_secrets_folder({"ACCREDIT_SECRETS": ""})) == []
    assert found(folder / "nowhere") == found(folder / NAME) == []
    monkeypatch.setattr(Path, "iterdir", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    assert found(folder) == []
