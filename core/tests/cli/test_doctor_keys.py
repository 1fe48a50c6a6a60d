"""The keys, as `accredit doctor` finds them in a database: can they be read? Nothing of them is told."""

import asyncio
import time
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from core.tests.postgres import PostgresDatabase

from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.keys import examine_keys
from accredit.cli.checkup.run import examine
from accredit.cli.tools.databases import Database
from accredit.cli.tools.host import Host
from accredit.keys import KeysInStorage, key_store
from accredit.keys.stored import Stored
from accredit.settings import Settings
from accredit.storage import SealedKeys, backends, storage_for
from accredit.storage.sql import key_rows

ONE = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="
TWO = "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI="


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/accredit.db"
    database: PostgresDatabase = request.getfixturevalue("postgres_database")
    return database.url()


def settings(url: str, *, secret: str = ONE, alg: str = "ES256") -> Settings:
    return Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "storage": {"url": url},
            "tokens": {"signing_alg": alg},
            "keys": {"place": "storage", "encryption_key": secret},
        }
    )


def make_keys(url: str) -> Stored:
    async def make() -> Stored:
        storage = storage_for(url)
        await storage.open()
        keys = KeysInStorage(key_store(storage, url), encryption_keys=[b"1" * 32])
        await keys.make("ES256")
        made = await keys.read()
        await storage.close()
        return made

    return asyncio.run(make())


def judged(url: str, **options: Any) -> Finding:
    [finding] = examine_keys(settings(url, **options))
    assert finding.check == "keys"
    return finding


def test_keys_that_can_be_read_are_counted_and_stay_as_they_are(url: str) -> None:
    keys = make_keys(url)
    before = Database(url).run(key_rows.sealed)
    for secret in (ONE, f"{TWO},{ONE}"):
        finding = judged(url, secret=secret)
        assert (finding.status, finding.what) == ("ok", "version 1 can be read, 2 keys (ES256), signs with ES256")
        for one in keys:
            assert one.key.kid not in repr(finding)
            assert one.key.private_jwk()["d"] not in repr(finding)
    assert Database(url).run(key_rows.sealed) == before


def test_another_secret_is_a_failure_that_the_start_would_be(url: str) -> None:
    make_keys(url)
    finding = judged(url, secret=TWO)
    assert finding.status == "fail"
    assert "version 1 of the keys in the storage cannot be decrypted with keys.encryption_key" in finding.what
    assert finding.change is not None
    assert finding.change.startswith("set ACCREDIT_KEYS__ENCRYPTION_KEY as it is on the other nodes")
    assert not any(secret in repr(finding) for secret in (ONE, TWO))


def test_a_row_that_somebody_has_changed_is_a_failure(url: str) -> None:
    make_keys(url)
    found = Database(url).run(key_rows.sealed)
    assert found is not None
    Database(url).run(
        lambda connection: (key_rows.replace(connection, SealedKeys(2, found.sealed)), connection.commit())
    )
    finding = judged(url)
    assert (finding.status, finding.what.partition(" of ")[0]) == ("fail", "keys.place: version 2")
    assert found.sealed not in repr(finding)


@pytest.mark.parametrize("revision", [None, "0003", "0005"])
def test_a_database_without_keys_may_be_a_first_start_or_a_loss(url: str, revision: str | None) -> None:
    if revision is not None:
        Database(url).upgrade(revision, say=lambda _: None)
    finding = judged(url)
    assert (finding.status, finding.what) == ("warn", "holds no keys; the next start makes them")
    assert Database(url).found().revision == revision


def test_keys_of_which_none_signs_with_the_algorithm_get_one(url: str) -> None:
    make_keys(url)
    finding = judged(url, alg="EdDSA")
    assert (finding.status, finding.what) == ("warn", "holds none that signs with EdDSA; the next start makes one")


def test_a_storage_that_keeps_no_keys_is_a_failure() -> None:
    finding = judged("memory://")
    assert (finding.status, "keeps no keys" in finding.what) == ("fail", True)


def test_keys_in_a_storage_of_somebody_elses_are_only_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("acme", "accredit.storage:SqliteStorage.from_url", backends.GROUP)
    monkeypatch.setattr(backends, "entry_points_of", lambda _: [entry])
    told = "an unnamed distribution brings it; it is not opened here"
    assert judged("acme://ada:secret@db") == Finding("ok", "keys", "acme://…", told)

    def nothing(*_: object) -> Any:
        raise AssertionError

    host = Host(settings=nothing, place="app.config", with_subjects=nothing, storage="the shop's tables")
    [finding] = examine_keys(settings("memory://"), host)
    assert finding == Finding("ok", "keys", "the shop's tables", "the app brings it; it is not opened here")


def test_keys_that_others_publish_are_only_named() -> None:
    published = "https://login.example.com/.well-known/jwks.json"
    given = settings("memory://").model_dump(exclude_unset=True) | {
        "keys": {"place": "published", "published": published}
    }
    [finding] = examine_keys(Settings.model_validate(given))
    told = "published by other nodes: this one verifies, and issues nothing"
    assert finding == Finding("ok", "keys", published, told)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", ["warn", "ok"]),
        (b"no database" * 100, ["warn", "fail"]),
    ],
)
async def test_keys_are_not_looked_for_where_the_database_cannot_be_used(
    tmp_path: Path, content: bytes, told: list[str]
) -> None:
    config, path = tmp_path / "accredit.toml", tmp_path / "accredit.db"
    path.write_bytes(content)
    path.chmod(0o600)
    table = f'issuer = "https://login.example.com/"\n[keys]\nplace = "storage"\nencryption_key = "{ONE}"\n'
    config.write_text(f'{table}[storage]\nurl = "sqlite:///{path}"\n', "utf-8")
    config.chmod(0o600)
    findings = await examine(config, offline=True, clock=time.time)
    assert [one.status for one in findings if one.check in {"keys", "database"}] == told
    assert path.read_bytes() == content
