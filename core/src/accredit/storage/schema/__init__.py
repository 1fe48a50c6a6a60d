"""Which revision a database has, which one the code needs, and the way from one to the other.

`revisions` says it in numbers, without Alembic; `runner` lets Alembic do the work on a connection; `connections` opens
one by its URL, and `tls` says what of TLS keeps it from there; `postgres` brings a PostgreSQL database up to date, as
`accredit.storage.migrate` does a SQLite one, through a file lock. `differences` compares what is there with what the
revisions make. `copying` moves the rows of one database into another, `restored` ends what a backup does not know to
have ended, and `in_use` tells whether servers run on it.
"""
