"""Whatever happens to the server: bounded time, an error for those whom it concerns, and it goes on by itself."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import psycopg
import pytest
from core.tests.storage.postgres.servers import Server, cable, server
from core.tests.storage.sessions import login, token

from accredit.errors import StorageFailed, UnclearCommit
from accredit.storage import Rotation
from accredit.storage.postgres import PostgresStorage
from accredit.storage.sql import locks

pytestmark = pytest.mark.slow

_BOUND_S = 60
"""Ten times what it takes at most."""


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    with server() as made:
        yield made


_names = (f"test_{number}" for number in itertools.count(1))


@pytest.fixture
def database(one_server: Server) -> Iterator[str]:
    name = next(_names)
    one_server.execute(f"CREATE DATABASE {name}")
    yield name
    one_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def opened(hosts: str, database: str, *, user: str = "postgres", most: int = 3) -> AsyncIterator[PostgresStorage]:
    storage = PostgresStorage(f"postgresql://{user}@{hosts}/{database}", max_connections=most)
    await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


@pytest.fixture
async def storage(one_server: Server, database: str) -> AsyncIterator[PostgresStorage]:
    async with opened(f"127.0.0.1:{one_server.port}", database) as one:
        await one.start(*login("before"))
        yield one


async def refusals(*calls: Awaitable[object]) -> list[str]:
    """Await calls that all fail, in a bounded time; return what is told."""
    async with asyncio.timeout(_BOUND_S):
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one) for one in outcomes] == [StorageFailed] * len(outcomes), outcomes
    return [getattr(one, "detail", "") for one in outcomes]


async def recovered(call: Callable[[], Awaitable[object]]) -> object:
    """Try until it succeeds, as callers do; return the result."""
    async with asyncio.timeout(_BOUND_S):
        while True:
            try:
                return await call()
            except StorageFailed:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
async def test_a_server_that_restarts_is_found_again(
    how: signal.Signals, one_server: Server, storage: PostgresStorage
) -> None:
    await asyncio.to_thread(one_server.stop, how)
    try:
        told = await refusals(storage.start(*login("meanwhile")), storage.find("before"), storage.sessions("acme|1"))
        assert all(one.startswith("database: ") for one in told)
    finally:
        await asyncio.to_thread(one_server.start)
    assert await recovered(lambda: storage.find("before")) is not None
    await recovered(lambda: storage.check())
    await storage.start(*login("after"))
    assert await storage.find("meanwhile") is None
    assert await storage.find("after") is not None


async def test_a_restart_that_nobody_noticed_fails_nobody(one_server: Server, storage: PostgresStorage) -> None:
    await asyncio.gather(storage.find("before"), storage.sessions("acme|1"))
    await asyncio.to_thread(one_server.stop)
    await asyncio.to_thread(one_server.start)
    async with asyncio.timeout(_BOUND_S):
        await asyncio.gather(storage.find("before"), storage.start(*login("a")), storage.sessions("acme|1"))


async def test_the_promoted_one_of_several_hosts_is_found() -> None:
    with server() as primary, server(standby_of=primary) as standby:
        hosts = f"127.0.0.1:{standby.port},127.0.0.1:{primary.port}"  # the standby is asked first
        async with opened(hosts, "postgres") as storage:
            await storage.start(*login("before"))
            await asyncio.to_thread(_wait_for_copy, primary, standby)
            await asyncio.to_thread(primary.stop, signal.SIGQUIT)
            await refusals(storage.start(*login("meanwhile")))
            await asyncio.to_thread(standby.execute, "SELECT pg_promote()")
            await recovered(lambda: storage.start(*login("after")))
            assert await recovered(lambda: storage.find("before")) is not None
            assert await storage.find("meanwhile") is None


def _wait_for_copy(primary: Server, standby: Server) -> None:
    [(place,)] = primary.execute("SELECT pg_current_wal_lsn()")
    while standby.execute(f"SELECT pg_last_wal_replay_lsn() >= '{place}'") != [(True,)]:
        pass


async def test_a_database_that_becomes_read_only_is_told(one_server: Server, storage: PostgresStorage) -> None:
    one_server.execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        async with asyncio.timeout(_BOUND_S):
            with suppress(StorageFailed):
                while True:  # a connection hears of it between two statements
                    await storage.check()
        [told] = await refusals(storage.start(*login("meanwhile")))
        assert "25006 (it is read-only, as a standby is)" in told
        assert await storage.find("before") is not None  # reads go on
    finally:
        one_server.execute(
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "SELECT pg_reload_conf()",
        )
    await recovered(lambda: storage.start(*login("after")))
    assert await storage.find("meanwhile") is None


@pytest.mark.parametrize(
    ("state", "told"), [("53100", "its disk is full"), ("57014", "a statement took too long"), ("XX000", "")]
)
async def test_what_the_server_cannot_do_is_told_to_those_whom_it_concerns(
    state: str, told: str, one_server: Server, database: str, storage: PostgresStorage
) -> None:
    one_server.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '{state}'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON sessions FOR EACH ROW WHEN (NEW.id = 'bad') EXECUTE FUNCTION refuse()",
        database=database,
    )
    async with asyncio.timeout(_BOUND_S):
        outcomes = await asyncio.gather(
            *(storage.start(*login(name, subject=name)) for name in ("a", "bad", "b")), return_exceptions=True
        )
    assert [outcomes[0], outcomes[2]] == [None, None]
    assert isinstance(outcomes[1], StorageFailed)
    assert outcomes[1].detail.endswith(f" {state} ({told})" if told else f" {state}")
    assert [await storage.find(name) is not None for name in ("a", "bad", "b")] == [True, False, True]


async def test_what_others_were_in_the_way_of_is_tried_again(
    one_server: Server, database: str, storage: PostgresStorage
) -> None:
    one_server.execute(
        "CREATE SEQUENCE tries",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') < 4 THEN"
        " RAISE EXCEPTION 'retry' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()",
        database=database,
    )
    await storage.start(*login("a"))
    assert await storage.find("a") is not None
    assert one_server.execute("SELECT last_value FROM tries", database=database) == [(4,)]


async def test_a_server_without_a_free_connection_is_told(one_server: Server, database: str) -> None:
    role = f"narrow_{database}"
    one_server.execute(f"CREATE ROLE {role} LOGIN", f"ALTER DATABASE {database} OWNER TO {role}")
    async with opened(f"127.0.0.1:{one_server.port}", database, user=role) as storage:
        one_server.execute(f"ALTER ROLE {role} CONNECTION LIMIT 1")  # the one that it has
        [told] = await refusals(storage.find("a"))
        assert told == "database: TooManyConnectionsError 53300 (it has no connection free)"
        await storage.check()
        one_server.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1")
        assert await storage.find("a") is None
    one_server.execute(f"ALTER DATABASE {database} OWNER TO postgres", f"DROP OWNED BY {role}", database=database)


async def test_a_lock_that_somebody_holds_keeps_nobody_else_waiting(
    one_server: Server, database: str, storage: PostgresStorage
) -> None:
    await storage.start(*login("hers", subject="eve"))
    [number] = locks.numbers_of([locks.owner_key("eve", "app")])
    with psycopg.connect(f"host=127.0.0.1 port={one_server.port} user=postgres dbname={database}") as other:
        other.execute("SELECT 1 FROM sessions WHERE id = 'hers' FOR UPDATE")
        other.execute("SELECT pg_advisory_xact_lock(%s)", (number,))
        concerned = [
            asyncio.create_task(storage.start(*login("hers too", subject="eve"))),
            asyncio.create_task(storage.rotate("hers", token("hers 2", "hers"), now=1_000, leeway_s=0)),
        ]
        async with asyncio.timeout(_BOUND_S):
            for turn in range(3):
                await asyncio.gather(*(storage.start(*login(f"{turn} {n}", subject=f"{n}")) for n in range(20)))
                concerned.append(asyncio.create_task(storage.start(*login(f"hers {turn}", subject="eve"))))
        assert not any(one.done() for one in concerned)  # they wait for longer than all of these together have taken
        told = await refusals(*concerned)
        assert all(one.endswith(" 55P03 (somebody else holds a lock)") for one in told)
        waiting = asyncio.create_task(storage.rotate("hers", token("hers 3", "hers"), now=1_000, leeway_s=0))
        await asyncio.sleep(0.2)
        other.rollback()
    assert await waiting is Rotation.ROTATED
    assert await storage.find("hers too") is None


async def test_a_cable_that_is_cut_is_noticed_in_time(one_server: Server, database: str) -> None:
    async with cable(one_server) as line, opened(f"127.0.0.1:{line.port}", database) as storage:
        await storage.start(*login("before"))
        await storage.find("before")
        line.is_cut = True
        calls = storage.start(*login("a")), storage.find("before"), storage.sessions("acme|1"), storage.check()
        await refusals(*calls)
        line.mend()
        assert await recovered(lambda: storage.find("before")) is not None
        await recovered(lambda: storage.start(*login("after")))
        assert await storage.find("a") is None


async def test_a_commit_that_is_not_answered_is_not_made_twice(one_server: Server, database: str) -> None:
    async with cable(one_server) as line, opened(f"127.0.0.1:{line.port}", database) as storage:
        await storage.start(*login("before"))
        line.cut_at = b"COMMIT\0"
        async with asyncio.timeout(_BOUND_S):
            with pytest.raises(UnclearCommit):
                await storage.start(*login("unclear"))
        line.mend()
        assert await recovered(lambda: storage.find("unclear")) is not None  # this time it was
        assert one_server.execute("SELECT count(*) FROM sessions", database=database) == [(2,)]
