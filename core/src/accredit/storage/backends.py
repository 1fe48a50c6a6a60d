"""The storage for a URL: its scheme names an entry point, whose factory makes it.

Like strategies: found by name, never first come, first served; a clash names both distributions. Looked up once, when
an exchange is made: a few milliseconds.
"""

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any, Protocol, cast

from accredit._distributions import CORE, entry_points_of, mismatch, source_of
from accredit._guard import blamed
from accredit.errors import ConfigurationError, PluginError
from accredit.storage.ports.storage import Storage

GROUP = "accredit.storages"
"""The entry-point group; an entry's name is the scheme, in lower case, its value a `StorageFactory`."""

# As core's own pyproject.toml declares them. They work where metadata is missing or old, as in a frozen program.
_OWN = {
    "memory": EntryPoint("memory", "accredit.storage.memory:MemoryStorage.from_url", GROUP),
    "sqlite": EntryPoint("sqlite", "accredit.storage.sqlite:SqliteStorage.from_url", GROUP),
    "postgresql": EntryPoint("postgresql", "accredit.storage.postgres:PostgresStorage.from_url", GROUP),
    "postgres": EntryPoint("postgres", "accredit.storage.postgres:PostgresStorage.from_url", GROUP),
}


class StorageFactory(Protocol):
    """Make a storage, and do nothing else: no file, no connection before its `open`.

    One that takes `max_connections`, too, is given `storage.max_connections` where that is set.
    """

    def __call__(self, url: str, /, *, clock: Callable[[], float]) -> Storage:
        """Return the storage for `storage.url`. `clock` returns epoch seconds.

        Raises:
            ConfigurationError: the URL cannot be used; the message says what to change, and quotes no password.
        """


@dataclass(frozen=True)
class Backend:
    """What makes the storages of one scheme. `source` names the distribution that brings it, with its version."""

    scheme: str
    source: str
    factory: StorageFactory


def storage_for(url: str, *, clock: Callable[[], float] = time.time, max_connections: int | None = None) -> Storage:
    """Return the storage for `storage.url`, not yet open. `clock` returns epoch seconds.

    Raises:
        ConfigurationError: no installed distribution brings its scheme, or two do; its storage cannot be made, or has
            no connections whose number could be bounded.
    """
    backend = backend_for(url)
    options: dict[str, Any] = {} if max_connections is None else {"max_connections": max_connections}
    if options and "max_connections" not in inspect.signature(backend.factory).parameters:
        raise ConfigurationError(
            f"storage.max_connections: the storage for {backend.scheme}:// has no connections to be counted; remove it"
        )
    about = f"storage.url: {backend.source}: the storage for {backend.scheme}:// cannot be made"
    with blamed(about, allowed=ConfigurationError):  # without its message, which may quote a password of the URL
        made = backend.factory(url, clock=clock, **options)
        missing = [name for name in _METHODS if not callable(getattr(made, name, None))]
    if missing:
        raise PluginError(f"{about}: a {type(made).__name__} has no {', '.join(missing)}")
    return made


def backend_for(url: str) -> Backend:
    """Return what makes the storage for `storage.url`: its entry point, loaded.

    Raises:
        PluginError: nobody brings the scheme, two do, it was made for another version of core, or cannot be loaded.
    """
    scheme = url.partition(":")[0]
    installed = [entry for entry in entry_points_of(GROUP) if not _is_ours(entry)]
    entries = [entry for entry in installed if entry.name == scheme]
    if scheme in _OWN:
        if entries:
            raise PluginError(
                f"storage.url: the scheme '{scheme}' is {CORE}'s own, and {source_of(entries[0])} claims it, too "
                f"(entry point {scheme} = {entries[0].value}); uninstall that, or let it choose another name"
            )
        try:
            return Backend(scheme, CORE, _OWN[scheme].load())
        except ImportError as exc:  # an extra is missing; its room says which
            raise PluginError(f"storage.url: {exc}") from exc
    if not entries:
        known = ", ".join(sorted({*_OWN, *(entry.name for entry in installed)}))
        raise PluginError(
            f"storage.url: no installed distribution brings the scheme '{scheme}' (installed: {known}); "
            f"install the one that declares it in the entry-point group {GROUP}, or change the URL"
        )
    if len(entries) > 1:
        sources = " and ".join(sorted(map(source_of, entries)))
        raise PluginError(f"storage.url: the scheme '{scheme}' is brought by {sources}; uninstall all but one")
    return _loaded(entries[0])


def _loaded(entry: EntryPoint) -> Backend:
    source = source_of(entry)
    if entry.dist is not None and (problem := mismatch(entry.dist)):
        raise PluginError(f"storage.url: {problem}")
    about = f"storage.url: {source}: entry point {entry.name} = {entry.value}"
    needs = f' (pip install "{entry.dist.name}[{",".join(entry.extras)}]")' if entry.dist and entry.extras else ""
    with blamed(f"{about} cannot be loaded{needs}", quotes=True):
        factory: Any = entry.load()
    if not callable(factory):
        raise PluginError(f"{about} is no function that takes (url, *, clock)")
    return Backend(entry.name, source, cast("StorageFactory", factory))


def _is_ours(entry: EntryPoint) -> bool:
    return entry.dist is not None and source_of(entry).partition(" ")[0] == CORE


_METHODS = tuple(name for name, _ in inspect.getmembers(Storage, inspect.isfunction) if not name.startswith("_"))
