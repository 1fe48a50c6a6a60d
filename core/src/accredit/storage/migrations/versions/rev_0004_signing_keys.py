"""Our signing keys, of nodes that keep them in the database: one row, which only they can read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
runs_with = "0003"
loses = "signing keys that are kept in the database: copy them into a file first"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop it: copy the keys into a file before, or no token issued so far can be verified."""
    op.drop_table("signing_keys")
