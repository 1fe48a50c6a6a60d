"""What is kept on disk: sessions with their refresh tokens, subjects, and what may be used once.

`ports/` says what a storage promises, `rules/` what follows from what it keeps; `memory`, with its `memory_audit`, and
`sqlite/` are two, and `backends` finds the one for a URL. `sql/` is for a host's own database, through its own engine;
`postgres/` is made of it, with connections of its own. `migrate` brings SQLite's schema up to date, `schema/`
PostgreSQL's, by the revisions of `migrations/`.
"""

from typing import TYPE_CHECKING

from accredit._on_demand import on_demand
from accredit.storage import rules
from accredit.storage.backends import StorageFactory, storage_for
from accredit.storage.ports.audit import AuditQuery, AuditRow, AuditStore, KeepsAudit
from accredit.storage.ports.keys import KeyStore, SealedKeys
from accredit.storage.ports.measured import Commit, Measured, Watched
from accredit.storage.ports.persons import Erasure, PersonStore, StoredIdentity, StoredLogin, StoredPerson
from accredit.storage.ports.provider_tokens import KeptToken, ProviderTokenStore
from accredit.storage.ports.replay import ReplayStore
from accredit.storage.ports.sessions import (
    MOST_REPLACED,
    MOST_SESSIONS,
    MOST_SUCCESSORS,
    PUSHED_OUT,
    RefreshToken,
    Rotation,
    Session,
    SessionStore,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.ports.storage import Storage
from accredit.storage.ports.subjects import StoredSubject, SubjectStore

# Whoever brings a storage needs none of ours.
if TYPE_CHECKING:
    from accredit.storage.memory import MemoryStorage
    from accredit.storage.sqlite import SqliteStorage
else:
    __getattr__, __dir__ = on_demand(__name__, {"memory": ("MemoryStorage",), "sqlite": ("SqliteStorage",)})

__all__ = [
    "MOST_REPLACED",
    "MOST_SESSIONS",
    "MOST_SUCCESSORS",
    "PUSHED_OUT",
    "AuditQuery",
    "AuditRow",
    "AuditStore",
    "Commit",
    "Erasure",
    "KeepsAudit",
    "KeptToken",
    "KeyStore",
    "Measured",
    "MemoryStorage",
    "PersonStore",
    "ProviderTokenStore",
    "RefreshToken",
    "ReplayStore",
    "Rotation",
    "SealedKeys",
    "Session",
    "SessionStore",
    "SqliteStorage",
    "Storage",
    "StorageFactory",
    "StoredIdentity",
    "StoredLogin",
    "StoredPerson",
    "StoredRefreshToken",
    "StoredSession",
    "StoredSubject",
    "SubjectStore",
    "Watched",
    "rules",
    "storage_for",
]
