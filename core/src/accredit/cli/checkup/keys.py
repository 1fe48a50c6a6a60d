"""Can the signing keys be read, wherever they are? Nothing is written: unlike a start, this makes no key."""

from collections.abc import Iterator
from pathlib import Path

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.checkup.key_file import examine_key_file
from accredit.cli.checkup.stored_keys import examine_stored_keys
from accredit.cli.tools.host import Host
from accredit.keys import KeyFile
from accredit.settings import Settings

_examiner = Examiner("keys")


def examine_keys(settings: Settings, host: Host | None = None, *, has_database: bool = True) -> Iterator[Finding]:
    """Judge the keys at their place, as the next start will find them; in a database only where that can be used."""
    keys, alg = settings.keys, settings.tokens.signing_alg
    if keys.published is not None:
        yield _examiner.ok(keys.published, "published by other nodes: this one verifies, and issues nothing")
    elif keys.place == "file":
        yield from examine_key_file(KeyFile(Path(keys.path), encryption_keys=keys.encryption_keys), alg)
    elif host is not None and host.storage is not None:
        yield _examiner.ok(host.storage, "the app brings it; it is not opened here")
    elif not has_database:
        yield _examiner.warn("storage", "cannot be looked at, as the database cannot", "what is said of the database")
    else:
        yield examine_stored_keys(settings.storage, keys.encryption_keys, alg)
