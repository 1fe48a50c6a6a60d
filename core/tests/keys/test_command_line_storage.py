"""`accredit keys` where the keys are in the database, and the way there and back."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from core.tests.keys.test_command_line import ONE, TWO, VARIABLE, path, run
from typer.testing import Result

from accredit import Settings
from accredit.cli.tools.key_places import place_of_keys
from accredit.keys import KeyFile, KeysInStorage
from accredit.storage import SqliteStorage

__all__ = ["path"]
STORAGE = {"ACCREDIT_KEYS__PLACE": "storage", VARIABLE: ONE}


@pytest.fixture
def database(path: Path) -> Path:
    """A database with keys in it, old enough to rotate, and no key file."""
    path.unlink()
    made = path.with_name("accredit.db")

    async def make() -> None:
        storage = SqliteStorage(str(made))
        await storage.open()
        await KeysInStorage(storage, encryption_keys=[b"1" * 32], clock=lambda: 0.0).make("ES256")
        await storage.close()

    asyncio.run(make())
    return made


def listed(**environment: str) -> dict[str, str]:
    result = run("list", "--json", **environment)
    assert result.exit_code == 0, result.stderr
    return {row["kid"]: row["state"] for row in json.loads(result.stdout)}


def refused(result: Result, told: str) -> None:
    assert result.exit_code == 2
    assert told in result.stderr


def test_keys_in_the_database_are_listed_rotated_revoked_and_encrypted_anew(database: Path) -> None:
    before = listed(**STORAGE)
    assert sorted(before.values()) == ["current", "next"]
    result = run("rotate", **STORAGE)
    assert result.exit_code == 0
    refused(run("rotate", **STORAGE), "was published less than 600 s ago")
    (previous,) = [kid for kid, state in listed(**STORAGE).items() if state == "previous"]
    assert before[previous] == "current"
    assert run("revoke", previous, "--now", **STORAGE).exit_code == 0
    assert previous not in listed(**STORAGE)

    result = run("encrypt", **{**STORAGE, VARIABLE: f"{TWO},{ONE}"})
    assert result.stdout == f"encrypted anew: {database}\n"
    refused(run("list", **STORAGE), "cannot be decrypted with keys.encryption_key")
    assert sorted(listed(**{**STORAGE, VARIABLE: TWO}).values()) == ["current", "next"]


def test_keys_move_into_the_database_and_back_and_stay_the_same(path: Path) -> None:
    refused(run("copy", "--to", "storage", **{VARIABLE: ONE}), "accredit.db is not there")
    asyncio.run(_make_database(path.with_name("accredit.db")))
    refused(
        run("copy", "--to", "storage"),
        "keys.encryption_key is not set: set ACCREDIT_KEYS__ENCRYPTION_KEY; `openssl rand -base64 32` makes a key",
    )

    in_file = listed()
    result = run("copy", "--to", "storage", **{VARIABLE: ONE})
    assert result.stdout == f"copied 2 keys from {path} to {path.with_name('accredit.db')}\n"
    assert listed(**STORAGE) == in_file
    assert run("copy", "--to", "storage", **{VARIABLE: ONE}).exit_code == 0

    assert run("encrypt", **{VARIABLE: ONE}).exit_code == 0
    assert run("rotate", **STORAGE).exit_code == 0
    refused(run("copy", "--to", "storage", **STORAGE), "there is another key, ")
    assert run("copy", "--to", "file", **STORAGE).exit_code == 0
    assert listed(**{VARIABLE: ONE}) == listed(**STORAGE)
    path.unlink()
    assert run("copy", "--to", "file", **STORAGE).exit_code == 0
    assert KeyFile(path, encryption_keys=[b"1" * 32]).load("ES256").current.kid in listed(**STORAGE)


async def _make_database(path: Path) -> None:
    storage = SqliteStorage(str(path))
    await storage.open()
    await storage.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ada:secret@db.example.com/accredit?sslmode=require", "postgresql://db.example.com/accredit"),
        ("other://ada:secret@db.example.com/accredit", "other://…"),
    ],
)
def test_the_database_is_called_as_accredit_db_calls_it_and_without_a_password(url: str, told: str) -> None:
    keys = {"place": "storage", "encryption_key": ONE}
    settings = Settings.model_validate({"issuer": "https://login.example.com/", "storage": {"url": url}, "keys": keys})
    assert place_of_keys(settings).place == told


@pytest.mark.parametrize("words", [["list"], ["rotate"], ["revoke", "x"], ["encrypt"], ["copy", "--to", "file"]])
def test_no_command_makes_keys_in_a_database(words: list[str], path: Path) -> None:
    path.unlink()
    refused(run(*words, **STORAGE), "accredit.db is not there; the server makes it on its first start")
    database = path.with_name("accredit.db")
    asyncio.run(_make_database(database))
    refused(run(*words, **STORAGE), "holds no keys; the server makes them on its first start")
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT * FROM signing_keys").fetchall() == []
    assert not path.exists()


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("words", [["list"], ["rotate"], ["revoke", "x"], ["encrypt"]])
def test_where_the_private_keys_are_elsewhere_nothing_can_be_done_to_them(words: list[str]) -> None:
    published = {"ACCREDIT_KEYS__PLACE": "published", "ACCREDIT_KEYS__PUBLISHED": "https://login.example.com/jwks"}
    refused(run(*words, **published), "the private keys are where https://login.example.com/jwks comes from")
