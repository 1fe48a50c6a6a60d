"""All three ports in one object, with a life."""

from typing import Protocol

from accredit.storage.ports.replay import ReplayStore
from accredit.storage.ports.sessions import SessionStore
from accredit.storage.ports.subjects import SubjectStore


class Storage(SessionStore, SubjectStore, ReplayStore, Protocol):
    """Everything an engine stores, in one object.

    Opened once, closed once, and used in between by one event loop. A class need not inherit from it.
    """

    async def open(self) -> None:
        """Get ready; bring the schema up to date. What is there already is kept.

        Raises:
            ConfigurationError: it cannot be used; the message says what the operator must change.
        """

    async def close(self) -> None:
        """Finish what was accepted, then let go. Other handles on the same data go on."""

    async def check(self) -> None:
        """Write something that changes nothing, as durably as a session.

        Raises:
            StorageFailed: sessions could not be stored now.
        """
