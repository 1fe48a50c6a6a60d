"""`accredit explain --html`: one login as a file to attach to a ticket."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.tests.cli.conftest import AddDistribution, Install
    from typer.testing import Result

    Explain = Callable[..., Result]

APP_SECRET = "scripted-app-secret"
CODE = {
    "code": "good-code",
    "code_verifier": "a-verifier-of-forty-three-characters-at-least",
    "redirect_uri": "app:/callback",
    "device_id": "another-device",
}


@pytest.fixture(autouse=True)
def _installed(site: Path, add_distribution: AddDistribution, install: Install) -> None:
    add_distribution(site, "accredit-scripted", "2.0", {"scripted": "accredit_scripted"})
    install(site)


@pytest.fixture
def explain(tmp_path: Path) -> Explain:
    """Run the command with something on standard input."""
    from typer.testing import CliRunner

    from accredit.cli.app import app

    config = tmp_path / "accredit.toml"
    text = 'issuer = "https://login.example.com/"\n[connections.scripted]\napp_id = "123"\n'
    config.write_text(f'{text}redirect_uris = ["app:/callback"]\n', "utf-8")

    def run(given: str, *arguments: object) -> Result:
        words = ["explain", "--connection", "scripted", "--config", str(config), *map(str, arguments)]
        return CliRunner().invoke(app, words, input=given, env={"COLUMNS": "200"})

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "tickets"
    folder.mkdir()
    return folder / "login.html"


def only(file: Path) -> bool:
    """Tell whether the file is alone in its folder: nothing unfinished lies beside it."""
    return list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("token", "code", "said"),
    [
        ("good-token", 0, "scripted: accepted"),
        ("mixed-token", 3, "scripted: refused"),
        ("limited-token", 4, "scripted: failed"),
        ("crash-token", 5, "scripted: failed"),
    ],
)
def test_it_writes_a_page_beside_what_it_prints_and_ends_as_without(
    explain: Explain, file: Path, token: str, code: int, said: str
) -> None:
    result = explain(token, "--html", file)

    assert result.exit_code == code
    assert f"<title>{said} – a login, explained</title>" in file.read_text("utf-8")
    assert result.stdout.startswith("scripted: strategy scripted,")
    assert only(file)


def test_with_json_it_writes_a_page_and_prints_json(explain: Explain, file: Path) -> None:
    result = explain("good-token", "--json", "--html", file)

    assert json.loads(result.stdout)["verdict"] == "accepted"
    assert file.read_bytes().startswith(b"<!doctype html>\n")


def test_a_dash_prints_the_page_and_nothing_else(explain: Explain) -> None:
    result = explain("mixed-token", "--html", "-")

    assert result.exit_code == 3
    assert result.stdout.startswith("<!doctype html>\n")
    assert result.stdout.endswith("</html>\n")


def test_two_things_are_not_printed_into_one_another(explain: Explain) -> None:
    result = explain("good-token", "--json", "--html", "-")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "write the page to a file" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_only_its_owner_may_read_it_also_where_an_older_one_was_open_to_all(explain: Explain, file: Path) -> None:
    file.write_text("older", "utf-8")
    file.chmod(0o644)

    assert explain("good-token", "--html", file).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "older" not in file.read_text("utf-8")
    assert only(file)


def test_a_link_stays_one(explain: Explain, file: Path, tmp_path: Path) -> None:
    link = tmp_path / "latest.html"
    link.symlink_to(file)

    assert explain("good-token", "--html", link).exit_code == 0
    assert link.is_symlink()
    assert file.is_file()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", "is no file"),
        ("missing/login.html", "No such file or directory"),
        ("/dev/null", "/dev/null is no file"),
        ("x" * 300, "File name too long"),
    ],
    ids=["folder", "no-folder", "device", "too-long"],
)
def test_where_no_page_can_be_the_provider_is_not_asked(explain: Explain, file: Path, name: str, said: str) -> None:
    result = explain("good-token", "--html", file.parent / name)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("accredit: --html: ")
    assert said in result.stderr
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize("mistake", [KeyboardInterrupt, OSError, SystemExit])
def test_whoever_breaks_off_leaves_an_older_page_as_it_is(
    explain: Explain, file: Path, monkeypatch: pytest.MonkeyPatch, mistake: type[BaseException]
) -> None:
    from accredit.explaining.inquiry import Inquiry

    async def ask(*_: object) -> None:
        raise mistake

    file.write_text("older", "utf-8")
    monkeypatch.setattr(Inquiry, "ask", ask)

    assert explain("good-token", "--html", file).exit_code != 2
    assert file.read_text("utf-8") == "older"
    assert only(file)


@pytest.mark.parametrize(("mode", "is_mine", "followed"), [
    (0o1777, False, False),
    (0o1777, True, True),
    (0o755, False, True),
    (0o777, False, True),
])  # fmt: skip
def test_a_link_that_somebody_else_has_put_into_a_folder_of_all_is_not_followed(
    explain: Explain,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    is_mine: bool,
    followed: bool,
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    link = shared / "login.html"
    link.symlink_to(file)
    look = Path.lstat

    def of_another(path: Path) -> os.stat_result:  # only root could make it really somebody else's
        found = look(path)
        return found if is_mine or path != link else os.stat_result((*found[:4], found.st_uid + 1, *found[5:10]))

    monkeypatch.setattr(Path, "lstat", of_another)
    file.write_text("older", "utf-8")

    result = explain("good-token", "--html", link)

    assert result.exit_code == (0 if followed else 2)
    assert (file.read_text("utf-8") != "older") is followed
    assert followed or "is a link of somebody else's" in result.stderr


def test_an_input_that_is_no_token_leaves_an_older_page_as_it_is(explain: Explain, file: Path) -> None:
    file.write_text("older", "utf-8")

    assert explain("one\ntwo\nthree", "--html", file).exit_code == 2
    assert file.read_text("utf-8") == "older"
    assert only(file)


@pytest.mark.parametrize(
    "given",
    [
        "good-token",
        "signed-token:its-secret",
        "misconfigured-token",
        "crash-token",
        "nonce-token\nanother-nonce",
        "nonce-token\nnonce-of-login",
        json.dumps(CODE),
        json.dumps({**CODE, "code": "nonce-code", "device_id": "device-of-login", "nonce": "another-nonce"}),
    ],
    ids=["token", "token-secret", "connection-secret", "crash", "nonce", "right-nonce", "code", "code-nonce"],
)
def test_no_secret_of_a_client_or_a_connection_is_in_it(explain: Explain, file: Path, given: str) -> None:
    explain(given, "--html", file)
    secrets = json.loads(given).values() if given.startswith("{") else given.replace(":", "\n").splitlines()

    page = file.read_text("utf-8")
    assert [secret for secret in (*secrets, APP_SECRET) if secret in page] == []
    assert "scripted" in page


def test_the_address_is_masked_unless_it_is_asked_for(explain: Explain, file: Path) -> None:
    explain("good-token", "--html", file)
    assert "a***@example.com" in file.read_text("utf-8")
    assert "ada@example.com" not in file.read_text("utf-8")
    explain("good-token", "--html", file, "--show-profile")
    assert "ada@example.com" in file.read_text("utf-8")


def test_what_a_name_holds_is_shown_and_not_obeyed(explain: Explain, file: Path) -> None:
    explain("good-token", "--html", file)
    assert "Ada[2J Lovelace" in file.read_text("utf-8")


def test_what_is_no_secret_of_a_request_is_not_blanked(explain: Explain, file: Path) -> None:
    given = {**CODE, "device_id": "device-of-login", "client_id": "accepted", "connection": "scripted", "user_id": "1"}
    result = explain(json.dumps(given), "--html", file)

    assert result.exit_code == 0
    assert "<title>scripted: accepted" in file.read_text("utf-8")
    assert "[redacted]" not in file.read_text("utf-8") + result.stdout


@pytest.mark.parametrize("word", ["AppBound", "profile", "audience", "accepted", "status", "verdict", "refused"])
def test_a_token_that_is_called_like_a_word_of_ours_breaks_nothing(explain: Explain, file: Path, word: str) -> None:
    assert explain(word, "--html", file).exit_code == 0
    assert "<title>scripted: " in file.read_text("utf-8")
