"""The tables on PostgreSQL, as `accredit.storage.sql` describes them; and, on both, which code may run on a database.

No index over (session_id, replaced_at): a session has few refresh tokens, and an index that names `replaced_at` would
make PostgreSQL write into all indexes for each rotation, where it now writes into none.
"""

import sqlalchemy as sa
from alembic import op

from accredit.storage.migrations.dialects import only_on

revision = "0003"
down_revision = "0002"
loses = "everything on PostgreSQL, nothing on SQLite"
runs_with = "0003"


def upgrade() -> None:
    """Add them."""
    op.add_column("alembic_version", sa.Column("runs_with", sa.Text))
    _make_tables()


def downgrade() -> None:
    """Drop them. On PostgreSQL everything is lost with them, on SQLite nothing."""
    _drop_tables()
    with op.batch_alter_table("alembic_version") as versions:
        versions.drop_column("runs_with")


@only_on("postgresql")
def _make_tables() -> None:
    op.create_table(
        "subjects",
        _text("id", primary_key=True),
        _no("blocked"),
        _number("created_at"),
        _zero("version"),
        _number("outdated_at", nullable=True),
    )
    op.create_table(
        "identities",
        _counted(),
        _text("namespace"),
        _text("provider_user_id"),
        _text("subject", index=True),
        _no("unlinked"),
        _number("linked_at"),
        _zero("version"),
        sa.UniqueConstraint("namespace", "provider_user_id"),
    )
    op.create_table(
        "sessions",
        _counted(),
        _text("id", unique=True),
        _text("client_id"),
        _text("subject", index=True),
        _text("connection"),
        _text("strategy"),
        _text("namespace"),
        _text("provider_user_id"),
        _text("scope"),
        _text("audience"),
        _text("device", nullable=True),
        _text("claims"),
        _number("auth_time"),
        _number("expires_at"),
        _number("kept_until", index=True),
        sa.Column("renewable", sa.Boolean, nullable=False),
        _zero("identity_version"),
        _zero("subject_version"),
        _no("ended"),
    )
    op.create_table(
        "refresh_tokens",
        _counted(),
        _text("token_hash", unique=True),
        _text("session_id", index=True),
        _number("issued_at"),
        _number("replaced_at", nullable=True),
        _zero("successors"),
    )
    op.create_table("used_ids", _text("jti", primary_key=True), _number("expires_at", index=True))


@only_on("postgresql")
def _drop_tables() -> None:
    for table in ("used_ids", "refresh_tokens", "sessions", "identities", "subjects"):
        op.drop_table(table)


def _counted() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger, primary_key=True)


def _text(
    name: str, *, primary_key: bool = False, unique: bool = False, index: bool = False, nullable: bool = False
) -> sa.Column[str]:
    return sa.Column(
        name, sa.Text, primary_key=primary_key, unique=unique or None, index=index or None, nullable=nullable
    )


def _number(name: str, *, index: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, index=index or None, nullable=nullable)


def _zero(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
