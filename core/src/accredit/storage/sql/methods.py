"""The methods of a storage, written once: each is a look-up, or a piece of work."""

import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from accredit.errors import StorageFailed
from accredit.models import MainToken
from accredit.storage import rules
from accredit.storage.ports.persons import Erasure, StoredPerson
from accredit.storage.ports.sessions import RefreshToken, Rotation, Session, StoredRefreshToken, StoredSession
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.sql import locks
from accredit.storage.sql.askers import Asker
from accredit.storage.sql.audit import SqlAudit
from accredit.storage.sql.audit_rows import AuditRows
from accredit.storage.sql.batches import Piece, Together
from accredit.storage.sql.links import Links
from accredit.storage.sql.person_rows import Identity, Numbered, PersonRows
from accredit.storage.sql.rotations import Rotate, Rotations
from accredit.storage.sql.session_rows import SessionRows
from accredit.storage.sql.subject_rows import Entry, SubjectRows
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.used_rows import Use, UsedRows

T = TypeVar("T")

_CLEAR_EVERY = 100
_LARGEST_PART = 500
"""Of what one transaction deletes: so that nobody waits long for it, and SQLite takes as many values."""


class SqlMethods(ABC):
    """What `SqlStorage` and `SyncSqlStorage` share: all but how a connection is come by."""

    _rows_of_sessions: type[SessionRows] = SessionRows
    _rows_of_subjects: type[SubjectRows] = SubjectRows
    _rows_of_used: type[UsedRows] = UsedRows

    @property
    def _clear_every(self) -> int:
        """So many changes there are to a clearing."""
        return _CLEAR_EVERY

    def __init__(self, tables: Tables, *, clock: Callable[[], float] = time.time) -> None:
        self._tables = tables
        self._clock = clock
        self._sessions = self._rows_of_sessions(tables)
        self._subjects = self._rows_of_subjects(tables)
        self._links = Links(self._sessions, self._subjects)
        self._used = self._rows_of_used(tables)
        self._persons = PersonRows(tables, self._sessions, self._subjects)
        self.audit = None if tables.audit_events is None else self._audit(AuditRows(tables.audit_events))
        """Where audit rows are kept, None where there is no table for them."""
        self._together: Together = {
            tuple: self._sessions.start,
            Rotate: Rotations(tables, self._sessions).rotate,
            Entry: self._subjects.create,
            Use: lambda connection, uses: self._used.first_uses(connection, uses, now=self._clock()),
        }
        self._written = 0

    @abstractmethod
    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Run a look-up."""

    @abstractmethod
    async def _write(self, piece: Piece) -> Any:
        """Run a piece of work; return its result after the commit. Whoever gives up before that: `Asker.has_gone`."""

    async def _write_apart(self, piece: Piece) -> Any:
        """Run what nobody waits for, where it keeps nobody waiting: in a transaction without others' work."""
        return await self._write(piece)

    async def _make_room(self) -> None:
        """Delete some of what is over."""
        with suppress(StorageFailed):  # what its caller asked for is done; the next one tries again
            await self.clear(2 * self._clear_every)

    async def check(self) -> None:
        """Write a row and delete it, which is one commit."""
        name = f"check:{uuid.uuid4().hex}"
        await self._do(lambda connection: self._used.write_and_delete(connection, name))

    async def clear(self, limit: int = 1_000) -> int:
        """Delete at most `limit` sessions and as many identifiers that are over; return how many there were.

        In transactions of a few hundred each. It happens by itself, a little with each hundredth change; call it where
        much is over at once.
        """
        deleted = 0
        for begin in range(0, limit, _LARGEST_PART):
            part = min(limit - begin, _LARGEST_PART)
            found = await self._clear(part)
            deleted += found
            if not found:
                break
        return deleted

    async def _clear(self, most: int) -> int:
        now = self._clock()
        await self._write_apart(Piece(lambda connection: self._used.note_forgotten(connection, most, now=now)))
        identifiers: int = await self._write_apart(Piece(lambda connection: self._used.prune(connection, most)))
        sessions: int = await self._write_apart(Piece(lambda connection: self._sessions.prune(connection, most, now)))
        return identifiers + sessions

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        """Insert one session."""
        key = locks.owner_key(session.subject, session.client_id)
        await self._write(Piece((session, token), (key,)))
        await self._clear_in_passing()

    async def session(self, session_id: str) -> StoredSession | None:
        """Look one up."""
        return await self._read(lambda connection: self._sessions.session(connection, session_id))

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """List a subject's live sessions."""
        return await self._read(lambda connection: self._sessions.sessions(connection, subject))

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token."""
        return await self._read(lambda connection: self._sessions.find(connection, token_hash))

    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        """Replace one refresh token by another."""
        asker = Asker()
        outcome = await self._write(Piece(Rotate(token_hash, successor, now, leeway_s, asker), asker=asker))
        return cast("Rotation", outcome)

    async def end(self, session_id: str) -> None:
        """End one session."""
        await self._do(lambda connection: self._sessions.end(connection, session_id))

    async def end_all(self, subject: str) -> None:
        """End one subject's sessions."""
        await self._do(
            lambda connection: self._subjects.end_all(connection, subject, now=int(self._clock())),
            locks.subject_key(subject),
        )

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        return await self._read(lambda connection: self._subjects.subject_of(connection, namespace, user_id))

    async def get(self, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        return await self._read(lambda connection: self._subjects.get(connection, subject))

    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Look up an identity, and the subject that it has by default."""
        return await self._read(lambda connection: self._subjects.look_up(connection, namespace, user_id))

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        keys = locks.identity_key(namespace, user_id), locks.subject_key(subject)
        return cast("StoredSubject", await self._write(Piece(Entry(namespace, user_id, subject, now), keys)))

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Enter an identity, unless it is another subject's."""
        outcome = await self._do(
            lambda connection: self._links.link(
                connection, namespace, user_id, subject, now=now, main=main, clock=self._clock
            ),
            locks.identity_key(namespace, user_id),
            locks.subject_key(subject),
            locks.subject_key(rules.default_subject(namespace, user_id)),
        )
        return cast("StoredSubject", outcome)

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject."""
        await self._do(
            lambda connection: self._subjects.unlink(connection, namespace, user_id, now=int(self._clock())),
            locks.identity_key(namespace, user_id),
            locks.subject_key(rules.default_subject(namespace, user_id)),
        )

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        return await self._read(lambda connection: self._subjects.identities(connection, subject))

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the port
        """Block a subject, or let it in again."""
        await self._do(
            lambda connection: self._subjects.set_blocked(connection, subject, blocked=blocked, now=int(self._clock())),
            locks.subject_key(subject),
        )

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        is_first = await self._write(Piece(Use(jti, expires_at)))
        await self._clear_in_passing()
        return bool(is_first)

    async def person(self, subject: str) -> StoredPerson:
        """Return all that is stored about a subject."""
        _, begun = await self._begun_elsewhere(subject)
        return await self._read(lambda connection: self._persons.person(connection, subject, begun))

    async def erase(self, subject: str) -> Erasure:
        """Delete a subject's identities and sessions, and outdate it."""
        erasure = None
        while erasure is None:
            known, begun = await self._begun_elsewhere(subject)
            identities = await self._read(lambda connection: self._persons.identities(connection, subject))
            erasure = await self._do(
                partial(self._persons.erase, subject=subject, known=known, begun=begun, clock=self._clock),
                locks.subject_key(subject),
                *(locks.identity_key(*one) for one in identities),
            )
        return cast("Erasure", erasure)

    async def _begun_elsewhere(self, subject: str) -> tuple[frozenset[Identity], list[Numbered]]:
        """Return a subject's identities that have changed hands, and the sessions that they began.

        Where there are any it looks through all sessions, in pieces: none of them takes long, or keeps anybody waiting.
        """
        changed = await self._read(lambda connection: self._persons.changed_hands(connection, subject))
        begun: list[Numbered] = []
        for numbers in await self._read(self._persons.passages) if changed else ():
            begun += await self._read(partial(self._persons.begun_by, identities=changed, numbers=numbers))
        return changed, begun

    async def forget_ended(self, subject: str) -> int:
        """Delete the sessions of a subject that have ended."""
        outcome = await self._do(lambda connection: self._persons.forget_ended(connection, subject))
        return cast("int", outcome)

    def _audit(self, rows: AuditRows) -> SqlAudit:
        async def apart(work: Callable[[Connection], Any]) -> Any:
            return await self._write_apart(Piece(work))

        return SqlAudit(rows, do=self._do, do_apart=apart, read=self._read)

    async def _do(self, work: Callable[[Connection], Any], *keys: str) -> Any:
        return await self._write(Piece(work, keys))

    async def _clear_in_passing(self) -> None:
        """Forget twice what has come in, so that it keeps up; no more, so that nobody waits long for it."""
        self._written += 1
        if self._written >= self._clear_every:
            self._written = 0
            await self._make_room()
