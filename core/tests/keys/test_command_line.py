"""`accredit keys`."""

import base64
import json
import os
from pathlib import Path

import pytest
from core.tests.keys.support import in_file
from typer.testing import CliRunner, Result

from accredit.cli.app import app
from accredit.keys import KeyFile
from accredit.keys.stored import PUBLISHED_AHEAD_S, State, rotate

VARIABLE = "ACCREDIT_KEYS__ENCRYPTION_KEY"
ONE, TWO = (base64.b64encode(byte * 32).decode() for byte in (b"1", b"2"))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file that is made, and old enough to rotate."""
    for name in [name for name in os.environ if name.startswith("ACCREDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("accredit.toml").write_text(
        'issuer = "https://login.example.com/"\n[tokens]\nsigning_alg = "ES256"\n'
    )
    path = tmp_path / "accredit-keys.json"
    KeyFile(path, clock=lambda: 0.0).load("ES256")
    return path


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["keys", *words, "--config", "accredit.toml"], env={"COLUMNS": "200", **environment})


def kid(path: Path, state: State) -> str:
    (found,) = [kid for kid, one in in_file(path).items() if one == state]
    return found


def private_parts(path: Path) -> list[str]:
    return [key["d"] for key in json.loads(path.read_bytes())["keys"]]


def test_keys_are_listed_without_anything_private(path: Path) -> None:
    result = run("list")

    assert result.exit_code == 0
    header, *rows = [line.split() for line in result.stdout.splitlines()]
    assert header == ["kid", "alg", "state", "made", "retired"]
    assert rows == [
        [kid(path, "current"), "ES256", "current", "-", "-"],
        [kid(path, "next"), "ES256", "next", "-", "-"],
    ]
    assert not any(part in result.output for part in private_parts(path))


def test_programs_get_json(path: Path) -> None:
    file = KeyFile(path, clock=lambda: 1_800_000_000.0)
    file.change(lambda keys, now: rotate(keys, "ES256", now=now))
    rows = json.loads(run("list", "--json").stdout)

    assert {row["kid"]: row["state"] for row in rows} == in_file(path)
    when = "2027-01-15T08:00:00Z"
    assert [(row["state"], row["made"], row["retired"]) for row in rows] == [
        ("current", None, None),
        ("next", when, None),
        ("previous", None, when),
    ]


def test_a_rotation_says_what_has_become_of_the_keys(path: Path) -> None:
    current, following = kid(path, "current"), kid(path, "next")
    result = run("rotate")

    assert result.exit_code == 0
    assert result.stdout.split() == ["signs", "from", "now", "on:", following, "announced:", kid(path, "next")]
    assert (kid(path, "previous"), kid(path, "current")) == (current, following)
    assert not any(part in result.output for part in private_parts(path))


def test_a_second_rotation_waits_or_is_insisted_on(path: Path) -> None:
    run("rotate")
    before = path.read_bytes()
    refused = run("rotate")
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"accredit: the next key was published less than {PUBLISHED_AHEAD_S} s ago")
    assert path.read_bytes() == before
    assert run("rotate", "--now").exit_code == 0


def test_a_key_is_revoked_once_its_tokens_are_dead_or_when_insisted_on(path: Path) -> None:
    run("rotate")
    previous = kid(path, "previous")
    refused = run("revoke", previous)
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"accredit: tokens signed with key {previous} may live for another 8")
    assert previous in in_file(path)

    result = run("revoke", previous, "--now")
    assert (result.exit_code, result.stdout) == (0, f"revoked: {previous}\n")
    assert previous not in in_file(path)


def test_the_longest_lifetime_counts(path: Path) -> None:
    KeyFile(path, clock=lambda: 0.0).change(lambda keys, now: rotate(keys, "ES256", now=now, at_once=True))
    previous = kid(path, "previous")
    longer = {"ACCREDIT_TOKENS__ID_TTL_S": "3153600000"}
    assert run("revoke", previous, **longer).exit_code == 2
    assert run("revoke", previous).exit_code == 0


def test_the_key_that_signs_is_not_revoked(path: Path) -> None:
    current = kid(path, "current")
    refused = run("revoke", current, "--now")
    assert refused.exit_code == 2
    assert refused.stderr == f"accredit: key {current} is the one that signs; run `accredit keys rotate` first\n"


def test_an_unknown_key_is_named(path: Path) -> None:
    assert run("revoke", "nowhere").stderr == "accredit: there is no key nowhere; `accredit keys list` names them\n"


def test_the_file_is_encrypted_and_its_key_changed(path: Path) -> None:
    before = in_file(path)
    assert run("list", **{VARIABLE: ONE}).exit_code == 2
    assert run("encrypt", **{VARIABLE: ONE}).stdout == f"encrypted: {path}\n"
    assert run("list").stderr == f"accredit: keys.path: {path} is encrypted; set ACCREDIT_KEYS__ENCRYPTION_KEY\n"
    assert run("encrypt", **{VARIABLE: f"{TWO},{ONE}"}).stdout == f"encrypted anew: {path}\n"
    assert run("list", **{VARIABLE: ONE}).exit_code == 2
    rows = json.loads(run("list", "--json", **{VARIABLE: TWO}).stdout)
    assert {row["kid"]: row["state"] for row in rows} == before
    assert run("rotate", **{VARIABLE: TWO}).exit_code == 0
    assert path.read_bytes()[:1] != b"{"


@pytest.mark.parametrize("words", [["list"], ["rotate"], ["revoke", "x"], ["encrypt"]])
def test_no_command_makes_a_file(path: Path, words: list[str]) -> None:
    path.unlink()
    result = run(*words)
    assert (result.exit_code, path.exists()) == (2, False)
    assert result.stderr == (f"accredit: keys.path: {path} is not there; the server makes it on its first start\n")


@pytest.mark.parametrize("words", [[], ["list"], ["rotate"], ["revoke"], ["encrypt"]])
def test_help_shows_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["keys", *words, "--help"])
    assert result.exit_code == 0
    assert "Example:\n    accredit keys" in result.stdout
