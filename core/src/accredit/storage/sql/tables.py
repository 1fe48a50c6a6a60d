"""The five tables, and that of audit rows, in a host's own metadata, so that its Alembic sees them."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry

from accredit.storage.sql.models import (
    AuditEventMixin,
    IdentityMixin,
    RefreshTokenMixin,
    SessionMixin,
    SubjectMixin,
    UsedOnceMixin,
)


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Where a storage keeps what."""

    sessions: Table
    refresh_tokens: Table
    subjects: Table
    identities: Table
    used_ids: Table
    audit_events: Table | None = None
    """None where no audit rows are kept."""

    @property
    def all(self) -> tuple[Table, ...]:
        """Return them in an order in which they can be made."""
        decide = self.subjects, self.identities, self.sessions, self.refresh_tokens, self.used_ids
        return decide if self.audit_events is None else (*decide, self.audit_events)


_MIXINS = {
    "sessions": SessionMixin,
    "refresh_tokens": RefreshTokenMixin,
    "subjects": SubjectMixin,
    "identities": IdentityMixin,
    "used_ids": UsedOnceMixin,
}


def tables_in(
    metadata: MetaData, *, prefix: str = "accredit_", schema: str | None = None, audit: bool = False
) -> Tables:
    """Add the tables to a host's metadata, and return them; those that are there by now stay as they are.

    `schema` is the database's; by default the metadata's own. With `audit` there is one more, for the audit table
    (`[audit] table = true`).
    """
    described = registry(metadata=metadata)
    schema = metadata.schema if schema is None else schema

    def made(name: str, mixin: type[Any]) -> Table:
        full = f"{prefix}{name}"
        known = metadata.tables.get(full if schema is None else f"{schema}.{full}")
        if known is not None:
            return known
        model = type(f"_{mixin.__name__}", (mixin,), {"__tablename__": full, **_arguments(mixin, schema)})
        return table_of(described.mapped(model))

    mixins: dict[str, type[Any]] = {**_MIXINS, **({"audit_events": AuditEventMixin} if audit else {})}
    return Tables(**{name: made(name, mixin) for name, mixin in mixins.items()})


def tables_of(
    *,
    session: type[SessionMixin],
    refresh_token: type[RefreshTokenMixin],
    subject: type[SubjectMixin],
    identity: type[IdentityMixin],
    used_once: type[UsedOnceMixin],
    audit_event: type[AuditEventMixin] | None = None,
) -> Tables:
    """Return the tables of a host's own models, each made with the mixin of that name."""
    return Tables(
        sessions=table_of(session),
        refresh_tokens=table_of(refresh_token),
        subjects=table_of(subject),
        identities=table_of(identity),
        used_ids=table_of(used_once),
        audit_events=None if audit_event is None else table_of(audit_event),
    )


def table_of(model: type[Any]) -> Table:
    """Return the table of a model."""
    return cast("Table", model.__table__)


def _arguments(mixin: type[Any], schema: str | None) -> dict[str, Any]:
    """Return a model's `__table_args__`: the mixin's, and the schema."""
    own = getattr(mixin, "__table_args__", ())
    return {"__table_args__": (*own, {"schema": schema})}
