"""Is the key file there, private and good? Nothing is written: unlike a start, this makes no key."""

from collections.abc import Iterator

from accredit.cli.checkup.files import not_writable
from accredit.cli.checkup.finding import Examiner, Finding
from accredit.errors import ConfigurationError
from accredit.keys import KeyFile
from accredit.keys.stored import find

_examiner = Examiner("key file")


def examine_key_file(file: KeyFile, alg: str) -> Iterator[Finding]:
    """Judge the file as the next start will. `alg` is what tokens are to be signed with."""
    about, is_missing = str(file.path), not file.path.exists()
    try:
        keys = () if is_missing else file.read()
    except ConfigurationError as exc:
        yield _examiner.fail(about, str(exc), "what the message says, or restore the file from a backup")
        return
    is_complete = find(keys, alg, "current") is not None
    # A file that has what it needs may lie where nothing can be written; only a rotation will then fail.
    if not is_complete and (problem := not_writable(file.path, "keys.path")) is not None:
        yield _examiner.fail(about, *problem)
    elif is_missing:
        change = "if there has been one, restore it: no token issued so far can be verified without"
        yield _examiner.warn(about, "is not there; the next start makes one", change)
    elif not is_complete:
        change = "nothing, if tokens.signing_alg was changed on purpose"
        yield _examiner.warn(about, f"has no key that signs with {alg}; the next start makes one", change)
    else:
        algorithms = ", ".join(dict.fromkeys(one.key.alg for one in keys))
        yield _examiner.ok(about, f"private, {len(keys)} keys ({algorithms}), signs with {alg}")
