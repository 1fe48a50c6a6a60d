"""Can the keys in the database be decrypted with the secret that is set? Nothing of them is told but their number."""

from collections.abc import Sequence

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.tools.databases import Database
from accredit.errors import ConfigurationError
from accredit.keys import key_store
from accredit.keys.in_storage import unsealed
from accredit.keys.stored import find
from accredit.settings import StorageSettings
from accredit.storage import SealedKeys, storage_for
from accredit.storage.backends import backend_for

_TABLE_SINCE = "0004"
"""The revision that makes the table."""
_OURS = ("sqlite:///", "postgresql://", "postgres://")
_examiner = Examiner("keys")


def examine_stored_keys(settings: StorageSettings, encryption_keys: Sequence[bytes], alg: str) -> Finding:
    """Judge the keys in a database of ours as the next start will. `alg` is what tokens are to be signed with."""
    about = settings.place
    try:
        key_store(storage_for(settings.url), about)
        if not settings.url.startswith(_OURS):
            return _examiner.ok(about, f"{backend_for(settings.url).source} brings it; it is not opened here")
        found = _sealed(Database(settings.url))
    except ConfigurationError as exc:
        return _examiner.fail(about, str(exc), "change what the message names; nothing starts before")
    if found is None:
        change = "if there have been keys, restore them: no token issued so far can be verified without"
        return _examiner.warn(about, "holds no keys; the next start makes them", change)
    try:
        keys = unsealed(found, encryption_keys)
    except ConfigurationError as exc:
        change = "set ACCREDIT_KEYS__ENCRYPTION_KEY as it is on the other nodes, or restore the row from a backup"
        return _examiner.fail(about, str(exc), change)
    if find(keys, alg, "current") is None:
        change = "nothing, if tokens.signing_alg was changed on purpose"
        return _examiner.warn(about, f"holds none that signs with {alg}; the next start makes one", change)
    algorithms = ", ".join(dict.fromkeys(one.key.alg for one in keys))
    return _examiner.ok(
        about, f"version {found.version} can be read, {len(keys)} keys ({algorithms}), signs with {alg}"
    )


def _sealed(database: Database) -> SealedKeys | None:
    from accredit.storage.sql import key_rows  # here: it takes SQLAlchemy

    revision = database.found().revision
    return None if revision is None or revision < _TABLE_SINCE else database.run(key_rows.sealed)
