"""One file a revision; `accredit.storage.schema.revisions.HEAD` names the newest.

Beside what Alembic asks for, each says `runs_with`, the oldest revision whose code may run on it, and `loses`, what is
lost where it is taken back.
"""
