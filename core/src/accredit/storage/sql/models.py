"""The columns, as mixins for a host's own models.

::

    class Login(SessionMixin, Base):
        __tablename__ = "login"

A host may add columns of its own, which must be nullable or have a `server_default`: our statements name ours only. On
MariaDB and MySQL all text is kept as bytes, and is seen as such in the models. All times are epoch seconds.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from accredit.storage.sql.types import counted, key_text, long_text


class SubjectMixin:
    """A user, as far as logins go: blocked or not, and since when older tokens are good for nothing."""

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    blocked: Mapped[bool] = mapped_column(Boolean(), default=False, server_default=false())
    created_at: Mapped[int] = mapped_column(BigInteger())
    version: Mapped[int] = mapped_column(BigInteger(), default=0, server_default="0")
    outdated_at: Mapped[int | None] = mapped_column(BigInteger())


class IdentityMixin:
    """Whose a provider's account is. `subject` is the `sub` of our tokens; one row for each account."""

    number: Mapped[int] = mapped_column(counted(), primary_key=True)
    namespace: Mapped[str] = mapped_column(key_text())
    provider_user_id: Mapped[str] = mapped_column(key_text())
    subject: Mapped[str] = mapped_column(key_text(), index=True)
    unlinked: Mapped[bool] = mapped_column(Boolean(), default=False, server_default=false())
    linked_at: Mapped[int] = mapped_column(BigInteger())
    version: Mapped[int] = mapped_column(BigInteger(), default=0, server_default="0")

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> Any:
        """Let nobody have an account twice. A model with arguments of its own repeats these."""
        return (UniqueConstraint("namespace", "provider_user_id"),)


class SessionMixin:
    """One login and what goes on from it. `id` is the `sid` of our tokens, `claims` a JSON object."""

    number: Mapped[int] = mapped_column(counted(), primary_key=True)
    id: Mapped[str] = mapped_column(key_text(), unique=True)
    client_id: Mapped[str] = mapped_column(key_text())
    subject: Mapped[str] = mapped_column(key_text(), index=True)
    connection: Mapped[str] = mapped_column(key_text())
    strategy: Mapped[str] = mapped_column(key_text())
    namespace: Mapped[str] = mapped_column(key_text())
    provider_user_id: Mapped[str] = mapped_column(key_text())
    scope: Mapped[str] = mapped_column(long_text())
    audience: Mapped[str] = mapped_column(long_text())
    device: Mapped[str | None] = mapped_column(long_text())
    claims: Mapped[str] = mapped_column(long_text())
    auth_time: Mapped[int] = mapped_column(BigInteger())
    expires_at: Mapped[int] = mapped_column(BigInteger())
    kept_until: Mapped[int] = mapped_column(BigInteger(), index=True)
    renewable: Mapped[bool] = mapped_column(Boolean())
    identity_version: Mapped[int] = mapped_column(BigInteger(), default=0, server_default="0")
    subject_version: Mapped[int] = mapped_column(BigInteger(), default=0, server_default="0")
    ended: Mapped[bool] = mapped_column(Boolean(), default=False, server_default=false())


class RefreshTokenMixin:
    """A refresh token, by its hash only. `number` tells in which order those of a session were stored."""

    number: Mapped[int] = mapped_column(counted(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text(), unique=True)
    session_id: Mapped[str] = mapped_column(key_text(), index=True)
    issued_at: Mapped[int] = mapped_column(BigInteger())
    replaced_at: Mapped[int | None] = mapped_column(BigInteger())
    successors: Mapped[int] = mapped_column(BigInteger(), default=0, server_default="0")


class UsedOnceMixin:
    """An identifier that was used, and when it ends; `forgotten` is when the last of those ended that are not kept."""

    jti: Mapped[str] = mapped_column(key_text(), primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger(), index=True)


class AuditEventMixin:
    """One thing that has happened. `id` begins with the time in milliseconds; `facts` is a JSON object."""

    id: Mapped[int] = mapped_column(counted(), primary_key=True, autoincrement=False)
    time_ms: Mapped[int] = mapped_column(BigInteger())
    node: Mapped[str] = mapped_column(long_text())
    event: Mapped[str] = mapped_column(key_text())
    outcome: Mapped[str | None] = mapped_column(key_text())
    reason: Mapped[str] = mapped_column(key_text())
    status: Mapped[int | None] = mapped_column(Integer())
    client_id: Mapped[str] = mapped_column(key_text())
    connection: Mapped[str] = mapped_column(key_text())
    subject: Mapped[str | None] = mapped_column(key_text())
    session_id: Mapped[str | None] = mapped_column(key_text())
    detail: Mapped[str] = mapped_column(long_text())
    facts: Mapped[str] = mapped_column(long_text())
    duration_ms: Mapped[float] = mapped_column(Float(53))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> Any:
        """Let the questions be answered: about a user, a session, a client, a reason. All end with the newest rows."""
        return tuple(
            Index(None, column, "id", postgresql_where=text(where), sqlite_where=text(where))
            for column, where in AUDIT_INDEXES.items()
        )


AUDIT_INDEXES = {
    "subject": "subject IS NOT NULL",
    "session_id": "session_id IS NOT NULL",
    "client_id": "client_id <> ''",
    "reason": "reason <> 'ok'",
}
"""Columns of audit rows that are looked for, with the rows that stand in their index: none where it says nothing."""
