"""First logins and identifiers that may be used once: many at once, and what another node does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from core.tests.postgres import PostgresDatabase
from core.tests.storage.postgres.test_given_up import counter, until
from core.tests.storage.sessions import login

from accredit.storage import Commit, StoredSubject
from accredit.storage.postgres import PostgresStorage, connector, driver, subject_rows

pytestmark = pytest.mark.slow

_WAITS = b"SELECT count(*) FROM pg_locks WHERE NOT granted"

Call = Callable[[PostgresStorage, str], Any]


def first_login(storage: PostgresStorage, name: str) -> Any:
    return storage.create("acme", name, f"acme|{name}", now=1_000)


def first_use(storage: PostgresStorage, name: str) -> Any:
    return storage.first_use(name, 4_000_000_000)


@pytest.fixture
async def storage(postgres_database: PostgresDatabase) -> AsyncIterator[PostgresStorage]:
    storage = PostgresStorage(postgres_database.url(), max_connections=4)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
def statements(storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list in which every statement amid a transaction will stand, whoever sends it."""
    heard: list[str] = []
    sa.event.listen(storage._engine.sync_engine, "before_cursor_execute", lambda *args: heard.append(args[2]))
    fetch = connector._Connection.fetch

    async def fetched(driver: Any, query: str, *values: Any) -> Any:
        heard.append(query)
        return await fetch(driver, query, *values)

    monkeypatch.setattr(connector._Connection, "fetch", fetched)
    return heard


@pytest.mark.parametrize("call", [first_login, first_use])
async def test_many_at_once_take_as_many_statements_as_one(
    call: Call, storage: PostgresStorage, statements: list[str]
) -> None:
    commits: list[Commit] = []
    storage.watch_commits(commits.append)
    await call(storage, "first")
    one = len(statements)
    statements.clear()
    await asyncio.gather(*(call(storage, f"{n}") for n in range(64)))
    assert [commit.changes for commit in commits] == [1, 64]
    assert len(statements) <= one <= 2


async def test_of_the_same_at_once_one_is_first(storage: PostgresStorage) -> None:
    uses = [first_use(storage, name) for name in ("a", "b", "a", "a", "b")]
    assert await asyncio.gather(*uses) == [True, True, False, False, False]
    entries = [storage.create("acme", name, subject, now=1) for name, subject in (("1", "ada"), ("1", "eve"))]
    assert await asyncio.gather(*entries) == [StoredSubject("ada")] * 2
    assert await storage.get("eve") is None


async def test_what_is_known_already_and_what_is_new_come_together(storage: PostgresStorage) -> None:
    await storage.unlink("acme", "gone")
    await storage.link("acme", "linked", "ada", now=1)
    await storage.set_blocked("acme|bad", True)
    made = await asyncio.gather(*(first_login(storage, name) for name in ("new", "gone", "linked", "bad")))
    assert [(one.id, one.unlinked, one.blocked, one.identity_version) for one in made] == [
        ("acme|new", False, False, 0),
        ("acme|gone", True, False, 1),
        ("ada", False, False, 1),
        ("acme|bad", False, True, 0),
    ]
    assert await storage.identities("acme|new") == (("acme", "new"),)
    assert await storage.get("acme|new") == StoredSubject("acme|new")


@pytest.mark.threat(28)
@pytest.mark.parametrize("ends", ["commit", "rollback"])
@pytest.mark.parametrize("what", ["first login", "first use"])
async def test_whoever_does_the_same_elsewhere_is_waited_for_and_keeps_nobody_else_waiting(
    what: str, ends: str, postgres_database: PostgresDatabase, storage: PostgresStorage
) -> None:
    url = postgres_database.url()
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watching:
        other.execute(
            "INSERT INTO identities (namespace, provider_user_id, subject, linked_at) VALUES ('acme', '1', 'eve', 1)"
            if what == "first login"
            else "INSERT INTO used_ids VALUES ('1', 4000000000)"
        )
        call = first_login if what == "first login" else first_use
        held, free = asyncio.create_task(call(storage, "1")), asyncio.create_task(call(storage, "2"))
        await free
        await storage.start(*login("a"))
        await until(counter(watching, _WAITS))
        assert not held.done()
        getattr(other, ends)()
    subject = "eve" if ends == "commit" else "acme|1"
    assert await held == (StoredSubject(subject) if what == "first login" else ends == "rollback")


async def test_an_identity_that_goes_meanwhile_lets_no_blocked_subject_in(
    postgres_database: PostgresDatabase, storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.set_blocked("acme|1", True)
    await storage.link("acme", "1", "ada", now=1)

    def fetch(connection: Any, text: str, *values: Any) -> Any:
        rows = driver.fetch(connection, text, *values)
        if "INSERT" in text:
            with psycopg.connect(postgres_database.url()) as other:
                other.execute("DELETE FROM identities")
        return rows

    monkeypatch.setattr(subject_rows, "fetch", fetch)
    assert (await first_login(storage, "1")).blocked
