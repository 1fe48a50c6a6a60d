"""Grants, one row for each refresh token; subjects and their identities; identifiers that may be used once."""

import sqlalchemy as sa
from alembic import op

from accredit.storage.migrations.dialects import only_on

revision = "0001"
down_revision = None
loses = "everything"


@only_on("sqlite")
def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "grants",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("device", sa.Text),
        sa.Column("claims", sa.Text, nullable=False),
        sa.Column("auth_time", sa.BigInteger, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("replaced_at", sa.BigInteger),
        sa.Column("revoked", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    live = sa.text("replaced_at IS NULL AND NOT revoked")
    op.create_index(
        "grants_live", "grants", ["subject", "client_id", "issued_at"], sqlite_where=live, postgresql_where=live
    )
    op.create_index("grants_family", "grants", ["family"])
    op.create_index("grants_expiry", "grants", ["expires_at"])
    op.create_table(
        "subjects",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "identities",
        sa.Column("strategy", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("unlinked", sa.Boolean, nullable=False),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
    )
    op.create_index("identities_subject", "identities", ["subject"])
    op.create_table(
        "used_ids",
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("used_ids_expiry", "used_ids", ["expires_at"])


@only_on("sqlite")
def downgrade() -> None:
    """Drop the tables."""
    for table in ("used_ids", "identities", "subjects", "grants"):
        op.drop_table(table)
