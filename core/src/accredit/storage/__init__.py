"""Where refresh tokens are kept. `grants` is the port; `memory` and `sqlite` implement it."""

from accredit.storage.grants import Grant, GrantStore
from accredit.storage.memory import MemoryGrants
from accredit.storage.sqlite import SqliteGrants

__all__ = ["Grant", "GrantStore", "MemoryGrants", "SqliteGrants", "open_grants"]


def open_grants(url: str) -> GrantStore:
    """Return the store for `storage.url`: `sqlite:///PATH` (four slashes for an absolute path) or `memory://`."""
    if url == "memory://":
        return MemoryGrants()
    return SqliteGrants(url.removeprefix("sqlite:///"))
