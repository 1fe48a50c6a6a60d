"""The schema of the SQL stores, step by step in `versions/`, as Alembic runs it by `env`.

`dialects` says which step is for which database.
"""
