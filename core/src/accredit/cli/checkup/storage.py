"""Is there a storage for `storage.url`? It is found and made, but not opened."""

from collections.abc import Iterator

from accredit.cli.checkup.database import examine_database
from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.checkup.postgres import examine_postgres
from accredit.cli.tools.host import Host
from accredit.errors import ConfigurationError
from accredit.settings import StorageSettings
from accredit.storage import storage_for
from accredit.storage.backends import backend_for

_examiner = Examiner("storage")


def examine_storage(settings: StorageSettings, host: Host | None = None) -> Iterator[Finding]:
    """Judge the storage as the next start will find it; of our own, its database too. A host's is its own affair."""
    if host is not None and host.storage is not None:
        yield _examiner.ok(host.storage, "the app brings it; it is not opened here")
        return
    try:
        storage_for(settings.url)
    except ConfigurationError as exc:
        yield _examiner.fail(settings.place, str(exc), "change what the message names; nothing starts before")
        return
    if settings.path is not None:
        yield from examine_database(settings.path)
    elif settings.url.startswith(("postgresql://", "postgres://")):
        yield from examine_postgres(settings.url)
    elif settings.url != "memory://":
        yield _examiner.ok(settings.place, f"{backend_for(settings.url).source} brings it; it is not opened here")
