"""Our commands in a host's own command line: with its settings and its storage, and no file."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from accredit import ConfigurationError, Exchange, Settings
from accredit.cli.hosted import run
from accredit.cli.tools.host import Host
from accredit.exchange.engine import Engine
from accredit.exchange.subjects import Subjects
from accredit.keys import KeyFile
from accredit.storage import MemoryStorage

T = TypeVar("T")
PLACE = 'app.config["ACCREDIT"]'


class Shop:
    """A host: its settings, and subjects that are nowhere else."""

    def __init__(self, folder: Path, *, storage: str | None = None) -> None:
        self.stored = MemoryStorage()
        self.settings = Settings.model_validate(
            {
                "issuer": "https://shop.example.com/",
                "clients": {"my-app": {}},
                "keys": {"path": str(folder / "keys.json")},
                "storage": {"url": f"sqlite:///{folder / 'no.db'}"},
            }
        )
        self.host = Host(settings=self.read, place=PLACE, with_subjects=self.with_subjects, storage=storage)

    def read(self) -> Settings:
        return self.settings

    def with_subjects(self, work: Callable[[Subjects], Awaitable[T]]) -> T:
        async def with_ours() -> T:
            return await work(Subjects(self.stored))

        return asyncio.run(with_ours())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def code_of(shop: Shop, *args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run(args, shop.host, prog_name="flask accredit")
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_command_has_the_settings_of_the_host_and_not_those_of_a_file(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ACCREDIT_CONFIG", str(tmp_path / "another.toml"))
    assert code_of(shop, "clients", "--json") == 0
    assert [one["client_id"] for one in json.loads(capsys.readouterr().out)] == ["my-app"]


def test_there_is_no_option_for_a_file(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(shop, "keys", "list", "--config", "accredit.toml") == 2
    assert "No such option: --config" in capsys.readouterr().err
    assert code_of(shop, "doctor", "--help") == 0
    said = capsys.readouterr().out
    assert "Usage: flask accredit doctor" in said
    assert "completion" not in said
    assert "config" not in said.replace("configuration", "")


def test_commands_that_run_a_server_or_write_files_are_not_there(shop: Shop) -> None:
    assert {code_of(shop, name) for name in ("serve", "dev", "demo", "simulate", "new-strategy")} == {2}


def test_keys_are_looked_after_where_the_host_keeps_them(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    KeyFile(Path(shop.settings.keys.path)).load("RS256")
    assert code_of(shop, "keys", "list", "--json") == 0
    assert {one["state"] for one in json.loads(capsys.readouterr().out)} == {"current", "next"}


def test_subjects_are_those_of_the_host(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(shop, "subjects", "block", "42") == 0
    assert asyncio.run(Subjects(shop.stored).is_blocked("42"))
    assert code_of(shop, "subjects", "show", "42") == 0
    assert "42: blocked" in capsys.readouterr().out


def test_the_doctor_names_the_place_where_the_host_has_its_settings(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Settings:
        raise ConfigurationError("issuer is missing")

    shop.host = Host(settings=broken, place=PLACE, with_subjects=shop.with_subjects)
    assert code_of(shop, "doctor", "--offline", "--json") == 1
    [found] = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["status"] == "fail"]
    assert (found["about"], found["what"]) == (PLACE, "issuer is missing")
    assert code_of(shop, "keys", "list") == 2
    assert capsys.readouterr().err == "accredit: issuer is missing\n"


@pytest.mark.parametrize(("storage", "about"), [(None, "no.db"), ("SQLAlchemy", "SQLAlchemy")])
def test_the_doctor_leaves_a_storage_of_the_host_to_the_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], storage: str | None, about: str
) -> None:
    code_of(Shop(tmp_path, storage=storage), "doctor", "--offline", "--json")
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["about"].rpartition("/")[2] for one in found if one["check"] in {"storage", "database"}] == [about]


def test_a_memory_storage_is_no_warning_where_the_host_brings_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for storage, warned in ((None, ["storage.url"]), ("SQLAlchemy", [])):
        shop = Shop(tmp_path, storage=storage)
        shop.settings = Settings.model_validate(
            {"issuer": "https://shop.example.com/", "storage": {"url": "memory://"}}
        )
        code_of(shop, "doctor", "--offline", "--json")
        found = json.loads(capsys.readouterr().out)["findings"]
        assert [one["about"] for one in found if "memory" in one["what"]] == warned


def test_after_the_host_s_command_line_a_file_is_read_again(shop: Shop) -> None:
    from accredit.cli.tools.host import current_host

    code_of(shop, "clients")
    assert current_host() is None


def test_an_import_goes_into_the_storage_of_the_host(shop: Shop, tmp_path: Path) -> None:
    engines = []

    def with_engine(work: Callable[[Engine], Awaitable[T]]) -> T:
        engines.append(Exchange(shop.settings, storage=shop.stored).engine)
        return asyncio.run(_of(work(engines[-1])))

    shop.host = replace(shop.host, with_engine=with_engine)
    assert code_of(shop, "import", "social-auth-app-django", "--from", old_database(tmp_path), "--write") == 0
    assert asyncio.run(Subjects(shop.stored).is_blocked("7"))
    assert len(engines) == 1


def test_a_host_with_an_import_of_its_own_is_not_passed_by(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(shop, "import", "social-auth-app-django", "--from", old_database(tmp_path), "--write") == 2
    assert capsys.readouterr().err == f"accredit: {PLACE}: the framework has an import of its own\n"
    assert not (tmp_path / "no.db").exists()


async def _of(work: Awaitable[T]) -> T:
    return await work


def old_database(folder: Path) -> str:
    """Return the URL of one with a user who is deactivated."""
    with closing(sqlite3.connect(folder / "old.db")) as database:
        database.executescript(
            """
            CREATE TABLE auth_user (id INTEGER, is_active INTEGER);
            CREATE TABLE social_auth_usersocialauth (id INTEGER, provider TEXT, uid TEXT, user_id INTEGER);
            INSERT INTO auth_user VALUES (7, 0);
            INSERT INTO social_auth_usersocialauth VALUES (1, 'google-oauth2', 'ada@example.com', 7);
            """
        )
    return f"sqlite:///{folder / 'old.db'}"
