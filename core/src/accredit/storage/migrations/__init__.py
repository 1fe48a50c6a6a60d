"""The schema of the SQL stores, step by step, as Alembic runs it."""
