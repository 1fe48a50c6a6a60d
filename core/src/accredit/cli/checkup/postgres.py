"""Can refresh tokens be stored in PostgreSQL? The server is connected to and asked, and nothing is written."""

import asyncio
from collections.abc import Iterator

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.checkup.postgres_remedy import remedy
from accredit.errors import ConfigurationError
from accredit.storage.schema.revisions import HEAD, Found

_examiner = Examiner("database")


def examine_postgres(url: str) -> Iterator[Finding]:
    """Judge the PostgreSQL database of a URL as the next start will."""
    from accredit.storage.postgres.address import read
    from accredit.storage.postgres.examination import examine

    about = read(url).place
    try:
        found = asyncio.run(examine(url))
    except ConfigurationError as exc:
        yield _examiner.fail(about, str(exc).removeprefix("storage.url: "), remedy(exc, url))
        return
    if found.refusal is not None:
        yield _examiner.fail(about, found.refusal, "do what the message says; nothing starts before")
        return
    connections = f"{found.version}, takes writes, {found.most_connections} connections in all"
    yield _judged(about, connections, found.schema or Found(None))


def _judged(about: str, server: str, schema: Found) -> Finding:
    if not schema.is_ours:
        return _examiner.fail(about, "holds another program's tables", "give Accredit a database of its own")
    if schema.revision is None:
        return _examiner.ok(about, f"{server}; has no schema yet: the next start makes it")
    if schema.is_current:
        return _examiner.ok(about, f"{server}; schema {schema.revision} is current")
    if schema.is_newer:
        what = f"schema {schema.revision} is of a newer Accredit than {HEAD}"
        return _examiner.fail(about, what, "install that one, or use another database")
    change = "make a backup first; a role that may not change tables needs: accredit db upgrade"
    return _examiner.warn(
        about, f"{server}; schema {schema.revision} is old: the next start brings it to {HEAD}", change
    )
