"""Sessions, one row for each login, and beneath them their refresh tokens; versions of identities and subjects."""

import time

import sqlalchemy as sa
from alembic import op

from accredit.storage.migrations.dialects import only_on

revision = "0002"
down_revision = "0001"
loses = "sessions without a refresh token, and when tokens of a subject were outdated"


@only_on("sqlite")
def upgrade() -> None:
    """Make a session of each family of grants, and keep its refresh tokens."""
    with op.batch_alter_table("identities") as identities:
        identities.alter_column("strategy", new_column_name="namespace")
        identities.add_column(sa.Column("version", sa.BigInteger, nullable=False, server_default="0"))
    with op.batch_alter_table("subjects") as subjects:
        subjects.add_column(sa.Column("version", sa.BigInteger, nullable=False, server_default="0"))
        subjects.add_column(sa.Column("outdated_at", sa.BigInteger))
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("device", sa.Text),
        sa.Column("claims", sa.Text, nullable=False),
        sa.Column("auth_time", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("kept_until", sa.BigInteger, nullable=False),
        sa.Column("renewable", sa.Boolean, nullable=False),
        sa.Column("identity_version", sa.BigInteger, nullable=False),
        sa.Column("subject_version", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("replaced_at", sa.BigInteger),
        sa.Column("successors", sa.BigInteger, nullable=False, server_default="0"),
    )
    # A day beyond the refresh token, for what a refresh in its last second issues.
    op.execute(
        "INSERT INTO sessions SELECT family, client_id, subject, connection, strategy, strategy, user_id, scope,"
        " audience, device, claims, auth_time, max(expires_at), max(expires_at) + 86400, 1, 0, 0, max(revoked)"
        " FROM grants GROUP BY family"
    )
    op.execute(
        "INSERT INTO refresh_tokens SELECT token_hash, family, issued_at, replaced_at,"
        " CASE WHEN replaced_at IS NULL THEN 0 ELSE 1 END FROM grants ORDER BY issued_at"
    )
    op.drop_table("grants")
    # Access tokens of before belong to no session: after an unlinking or a block they are good for nothing.
    op.get_bind().execute(
        sa.text(
            "UPDATE subjects SET outdated_at = :now WHERE blocked"
            " OR id IN (SELECT subject FROM identities WHERE unlinked)"
        ),
        {"now": int(time.time())},
    )
    op.create_index("sessions_owner", "sessions", ["subject", "client_id", "auth_time"])
    op.create_index("sessions_end", "sessions", ["kept_until"])
    op.create_index("refresh_tokens_session", "refresh_tokens", ["session_id"])


@only_on("sqlite")
def downgrade() -> None:
    """Make a grant of each refresh token. Sessions without one are lost, and when a subject's tokens were outdated.

    What has ended a session, whatever it was, has revoked its grants. Identities were found by their strategy then.
    """
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
    op.execute(
        "INSERT INTO grants SELECT token_hash, s.id, client_id, s.subject, connection, s.namespace, s.user_id, scope,"
        " audience, device, claims, auth_time, issued_at, expires_at, replaced_at,"
        " ended OR coalesce(i.version <> identity_version, 0)"
        " OR coalesce(u.blocked OR u.version <> subject_version, 0)"
        " FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id"
        " LEFT JOIN identities i ON i.namespace = s.namespace AND i.user_id = s.user_id"
        " LEFT JOIN subjects u ON u.id = s.subject ORDER BY r.rowid"
    )
    op.drop_table("refresh_tokens")
    op.drop_table("sessions")
    live = sa.text("replaced_at IS NULL AND NOT revoked")
    op.create_index("grants_live", "grants", ["subject", "client_id", "issued_at"], sqlite_where=live)
    op.create_index("grants_family", "grants", ["family"])
    op.create_index("grants_expiry", "grants", ["expires_at"])
    with op.batch_alter_table("identities") as identities:
        identities.alter_column("namespace", new_column_name="strategy")
        identities.drop_column("version")
    with op.batch_alter_table("subjects") as subjects:
        subjects.drop_column("version")
        subjects.drop_column("outdated_at")
