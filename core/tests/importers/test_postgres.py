"""The same on a real PostgreSQL, whose drivers hand over other types: truths, times with a zone, UUIDs, JSON."""

import pytest
from core.tests.importers.conftest import OldServer, filled
from core.tests.importers.django_host import plain
from core.tests.postgres import PostgresDatabase

from accredit.errors import ConfigurationError
from accredit.importers import ImportOptions, read

pytestmark = pytest.mark.slow


def readings(old: OldServer) -> dict[str, object]:
    found = {}
    for source in old.queried:
        with old.query() as query:
            found[source] = plain(read(source, query, ImportOptions()))
    return found


def test_postgresql_says_what_sqlite_says(old: OldServer, postgres_database: PostgresDatabase) -> None:
    database = postgres_database
    there = filled(database.url().replace("@/", "@localhost/"), database.url())

    found = readings(there)

    assert found == there.queried  # as Django's own connection reads it
    for name in ("django-allauth", "social-auth-app-django"):
        assert found[name] == readings(old)[name]
    with pytest.raises(ConfigurationError, match="read-only"), there.query() as query:
        query._connection.exec_driver_sql("CREATE TABLE mine (id INTEGER)")
