"""The audit table, on both: what has happened, for whom to ask. It is written where `[audit] table = true`."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
runs_with = "0003"
loses = "the audit table: what has happened stands in the log only"

_INDEXES = {
    "subject": "subject IS NOT NULL",
    "session_id": "session_id IS NOT NULL",
    "client_id": "client_id <> ''",
    "reason": "reason <> 'ok'",
}
"""Only rows in which the column says something stand in its index."""


def upgrade() -> None:
    """Add it."""
    op.create_table(
        "audit_events",
        # SQLite has a table's rows in this order only where it is called so.
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("time_ms", sa.BigInteger, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("duration_ms", sa.Float(53), nullable=False),
    )
    for column, where in _INDEXES.items():
        said = sa.text(where)
        op.create_index(
            f"ix_audit_events_{column}", "audit_events", [column, "id"], sqlite_where=said, postgresql_where=said
        )


def downgrade() -> None:
    """Drop it: its rows are lost."""
    op.drop_table("audit_events")
