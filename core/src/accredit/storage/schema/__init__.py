"""Which revision a database has, which one the code needs, and the way from one to the other.

`revisions` says it in numbers, without Alembic; `runner` lets Alembic do the work on a connection; `postgres` brings a
PostgreSQL database up to date. For SQLite `accredit.storage.migrate` does, through a file lock.
"""
