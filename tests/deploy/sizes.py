"""Fills a database and says what a user takes on disk: `python -m tests.deploy.sizes URL [USERS]`.

    python -m tests.deploy.sizes sqlite:////tmp/sizes.db 100000
    python -m tests.deploy.sizes postgresql://accredit@localhost/sizes 100000

Each user has one identity and one session, whose refresh token is then used `ROTATIONS` times. The database must be a
new one.
"""

import asyncio
import hashlib
import secrets
import sqlite3
import sys
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from accredit.storage import backends
from accredit.storage.ports.sessions import RefreshToken, Session
from accredit.storage.ports.storage import Storage

AT_ONCE = 500
ROTATIONS = 10
MONTH_S = 30 * 86_400
CLAIMS = (
    '{"sub":"facebook|%s","name":"Ada Lovelace","given_name":"Ada","family_name":"Lovelace",'
    '"email":"ada.lovelace.%s@example.com","email_verified":false,'
    '"picture":"https://platform-lookaside.example.com/platform/profilepic/?asid=%s&height=200&width=200&ext=1700000000"}'
)
"""As long as those of Facebook's simulator."""


def session_of(number: int, now: int) -> Session:
    """Return a session as a login makes it."""
    user = str(10**15 + number)
    return Session(
        id=f"{now:x}.{secrets.token_urlsafe(16)}",
        client_id="shop-app",
        subject=f"facebook|{user}",
        connection="facebook",
        strategy="facebook",
        namespace="facebook",
        user_id=user,
        scope="openid profile email offline_access",
        audience="https://login.example.com/userinfo",
        device=None,
        claims=CLAIMS % (user, user, user),
        auth_time=now,
        expires_at=now + MONTH_S,
        kept_until=now + MONTH_S,
        renewable=True,
    )


def token(session: Session, now: int) -> RefreshToken:
    """Return a refresh token of a session."""
    return RefreshToken(hashlib.sha256(secrets.token_bytes(32)).hexdigest(), session.id, now)


async def log_in(storage: Storage, number: int, now: int) -> tuple[Session, RefreshToken]:
    """Store a user who logs in for the first time."""
    session = session_of(number, now)
    first = token(session, now)
    await storage.create(session.namespace, session.user_id, session.subject, now=now)
    await storage.start(session, first)
    return session, first


async def refresh(storage: Storage, session: Session, first: RefreshToken, now: int) -> None:
    """Use a refresh token, and what follows it."""
    for _ in range(ROTATIONS):
        following = token(session, now)
        await storage.rotate(first.token_hash, following, now=now, leeway_s=0)
        first = following


async def side_by_side(work: Iterator[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Do everything, so much of it at once; show how far it is."""
    done: list[Any] = []
    waiting = True
    while waiting:
        batch = [one for _, one in zip(range(AT_ONCE), work, strict=False)]
        done += await asyncio.gather(*batch)
        waiting = len(batch) == AT_ONCE
        sys.stderr.write(f"\r{len(done):>9,} ")
    sys.stderr.write("\n")
    return done


async def fill(url: str, users: int) -> None:
    """Fill the database, and print its size after the logins and after the refreshes."""
    storage, now = backends.storage_for(url), int(time.time())
    await storage.open()
    try:
        empty = size(url)
        logged_in = await side_by_side(log_in(storage, number, now) for number in range(users))
        after_logins = size(url)
        await side_by_side(refresh(storage, session, first, now) for session, first in logged_in)
        after_refreshes = size(url)
    finally:
        await storage.close()
    each, later = (after_logins - empty) / users, (after_refreshes - after_logins) / users / ROTATIONS
    sys.stdout.write(f"{users:,} users: {each:,.0f} bytes each, {later:,.0f} for each refresh\n")


def size(url: str) -> int:
    """Return the bytes of all tables with their indexes."""
    if url.startswith("sqlite:"):
        path = Path(url.removeprefix("sqlite:///"))
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.stat().st_size
    return size_of_postgres(url)


def size_of_postgres(url: str) -> int:
    """Return what PostgreSQL says, after the dead rows of updates have been made room of."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM")
        found = connection.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
        ).fetchone()
    assert found is not None
    return int(found[0])


if __name__ == "__main__":
    asyncio.run(fill(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000))
