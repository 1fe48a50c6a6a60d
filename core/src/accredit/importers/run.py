"""An import from the first question to the report."""

from collections.abc import Callable, Mapping

from accredit.errors import ConfigurationError
from accredit.importers.enter import enter
from accredit.importers.options import ImportOptions
from accredit.importers.query import Query
from accredit.importers.records import Reading
from accredit.importers.report import Report
from accredit.importers.rows.tables import Tables
from accredit.importers.sources import allauth, authlib, flask_dance, oauth_toolkit, social_auth
from accredit.importers.target import Target

SOURCES: Mapping[str, Callable[[Tables, ImportOptions], Reading]] = {
    allauth.NAME: allauth.read,
    social_auth.NAME: social_auth.read,
    oauth_toolkit.NAME: oauth_toolkit.read,
    flask_dance.NAME: flask_dance.read,
    authlib.NAME: authlib.read,
}
"""What reads the tables of a package, by the name of its distribution."""


def read(source: str, query: Query, options: ImportOptions) -> Reading:
    """Read the tables of a source. Blocking: call it where the old database may be asked.

    Raises:
        ConfigurationError: there is no such source, or a table is not there; the message says what to change.
    """
    if source not in SOURCES:
        raise ConfigurationError(f"there is no source '{source}'; there is: {', '.join(SOURCES)}")
    return SOURCES[source](Tables(query, options), options)


async def run_import(source: str, query: Query, target: Target, *, options: ImportOptions) -> Report:
    """Read a source, and enter what it has found; without `options.write` only say what would be entered.

    The old database is read in this thread. Where it belongs to another one, call `read` there, and `enter` here.

    Raises:
        ConfigurationError: something must be changed first; nothing was written.
        StorageFailed: the storage cannot be used now; what was entered before stays, and a second run goes on.
    """
    reading = read(source, query, options)
    return await enter(reading, target, options=options)
