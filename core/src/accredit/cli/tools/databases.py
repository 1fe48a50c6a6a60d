"""One database by its URL, as `accredit db` deals with it, whichever of the two it is."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from accredit.errors import ConfigurationError
from accredit.oauth.client.assertion import CLOCK_SKEW_S, LONGEST_LIFE_S
from accredit.storage import migrate as on_sqlite
from accredit.storage.schema import in_use, postgres, restored, runner
from accredit.storage.schema.connections import on_databases, path_of, place_of, require_packages
from accredit.storage.schema.copying import Copied, copy, held
from accredit.storage.schema.differences import differences
from accredit.storage.schema.restored import Ended
from accredit.storage.schema.revisions import HEAD, Found

T = TypeVar("T")

_STOP_THEM = "servers run on it: stop them all, and run this again"
SERVERS_RUN = f"{_STOP_THEM}; or say --serving-since when they have begun"


def copied(source: str, target: str, *, replace: bool, say: Callable[[str, int], object]) -> list[Copied]:
    """Copy everything from one database to the other, whose schema is made; return what was copied.

    Raises:
        ConfigurationError: it cannot be done; nothing is there then.
    """
    here, there = _ready_to_copy(source, target)
    there.upgrade(None, say=lambda _: None)
    sent, arrives = here.found().revision, there.found().revision
    if arrives != sent:
        raise ConfigurationError(
            f"{here.place} has revision {sent} and {there.place} {arrives}: upgrade the older one "
            "with the newer Accredit"
        )
    return on_databases(partial(copy, replace=replace, say=say), source, target)


def would_be_deleted(source: str, target: str) -> dict[str, int]:
    """Return how many rows of which tables a copy deletes that replaces what the target holds. Changes nothing.

    Raises:
        ConfigurationError: it cannot be copied anyway.
    """
    _, there = _ready_to_copy(source, target)
    return there.run(held) if there.found().revision is not None else {}


def _ready_to_copy(source: str, target: str) -> "tuple[Database, Database]":
    """Return both sides, which nobody uses, the source at the newest revision."""
    here, there = Database(source), Database(target)
    if source == target:
        raise ConfigurationError("the source and the target are one and the same")
    found = here.found()
    here.require_usable(found)
    if found.revision is None:
        raise ConfigurationError(f"there is nothing to copy: {here.place} is empty, or not there")
    if found.is_newer:  # servers of this version can go on there, but do not know all that must come along
        raise ConfigurationError(
            f"{here.place} has revision {found.revision}, of a newer Accredit: copy it with that one"
        )
    if not found.is_current:
        raise ConfigurationError(f"{here.place} must be upgraded first: accredit db upgrade --url {shown(source)}")
    there.require_usable(there.found())
    for one in (here, there):
        if one.is_in_use():
            raise ConfigurationError(f"{one.place}: {_STOP_THEM}")
    return here, there


def end_what_is_old(database: "Database", *, since: int, is_serving: bool, write: bool) -> Ended:
    """End in a restored database what `accredit db restored` says; return what was, or would be.

    Raises:
        ConfigurationError: it cannot be used, must be upgraded first, or a server runs on it that it is not told of.
    """
    found = database.found()
    database.require_usable(found)
    if not found.is_current:
        raise ConfigurationError(f"{database.place} must be upgraded first: run `accredit db upgrade`")
    if write and not is_serving and database.is_in_use():
        raise ConfigurationError(f"{database.place}: {SERVERS_RUN}")
    work = partial(
        restored.end_what_is_old,
        since=since,
        used_until=since + LONGEST_LIFE_S + CLOCK_SKEW_S,
        is_serving=is_serving,
        write=write,
    )
    return database.run(work)


def shown(url: str) -> str:
    """Return a URL as a command takes it, without a user and a password."""
    place = place_of(url)
    return place if path_of(url) is None else f"sqlite:///{place}"


class Database:
    """The database at `url`, which must be SQLite's or PostgreSQL's.

    Raises:
        ConfigurationError: it is another one; in each method, too: it cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._path: Path | None = path_of(url)
        self._url = url
        self.place = place_of(url)

    def found(self) -> Found:
        """Return what it says of itself; a file that is not there is an empty database."""
        if self._path is None:
            return on_databases(postgres.found, self._url)
        return on_sqlite.found_or_none(self._path)

    def upgrade(self, to: str | None, *, say: Callable[[str], object]) -> None:
        """Bring it to `to`, by default to the newest revision."""
        require_packages()
        if self._path is None:
            postgres.migrate(self._url, to=to or HEAD, say=say)
        else:
            on_sqlite.migrate(self._path, to=to or HEAD, say=say)

    def go_back(self, to: str, *, say: Callable[[str], object]) -> None:
        """Take back what is beyond `to`."""
        if self._path is None:
            postgres.go_back(self._url, to, say=say)
        else:
            on_sqlite.go_back(self._path, to, say=say)

    def run(self, work: Callable[..., T]) -> T:
        """Run work with a connection to it; return what it returns."""
        return on_databases(work, self._url)

    def is_in_use(self) -> bool:
        """Tell whether servers have it open."""
        if self._path is not None:
            return in_use.is_open(self._path)
        return self.run(partial(in_use.is_served, url=self._url))

    def differences(self) -> list[str]:
        """Return how it differs from what the revisions make."""
        return self.run(differences)

    def require_usable(self, found: Found) -> None:
        """Pass where the database is empty or ours."""
        if not found.is_ours:
            raise ConfigurationError(
                f"{self.place} holds another program's tables; Accredit needs a database of its own"
            )
        if found.is_newer and not found.is_current:
            raise ConfigurationError(
                f"{self.place} has revision {found.revision}, of a newer Accredit than {HEAD}: install that one"
            )

    def require_known(self, revision: str) -> None:
        """Pass where there is such a revision."""
        require_packages()
        known = runner.revisions()
        if revision not in known:
            raise ConfigurationError(f"there is no revision {revision}; there is: {', '.join(known)}")

    def losses(self, found: Found, to: str) -> Mapping[str, str]:
        """Return what each revision beyond `to` loses when it is taken back, the newest first."""
        newest = found.revision or ""
        known = reversed(list(runner.revisions().items()))
        return {name: module.loses for name, module in known if to < name <= newest}
