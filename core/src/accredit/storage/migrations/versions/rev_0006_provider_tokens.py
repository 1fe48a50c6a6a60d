"""Providers' tokens that are kept to be revoked, sealed, on both."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
runs_with = "0003"
loses = "providers' tokens that are kept: no provider can be told any more that its user was erased"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "provider_tokens",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_version", sa.BigInteger, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("provider_user_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_provider_tokens_subject", "provider_tokens", ["subject"])
    op.create_index("ix_provider_tokens_identity", "provider_tokens", ["namespace", "provider_user_id"])


def downgrade() -> None:
    """Drop it: what is in it can be revoked at no provider any more."""
    op.drop_table("provider_tokens")
