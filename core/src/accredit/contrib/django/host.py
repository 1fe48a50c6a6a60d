"""The exchange of this process: made of `ACCREDIT` at its first use, and anew where that has changed."""

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asgiref.sync import sync_to_async
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from accredit import sync
from accredit.contrib.django.conf import DjangoSettings, read_settings
from accredit.contrib.django.heard import Listener, hearing, send
from accredit.contrib.django.hooks import ProjectUsers
from accredit.contrib.django.storage import DjangoStorage, Tables
from accredit.contrib.django.users import UserAdapter
from accredit.sync.door import Door
from accredit.sync.served import Served

if TYPE_CHECKING:
    from accredit.contrib.django.apps import AccreditConfig

T = TypeVar("T")


class DjangoExchange(sync.Exchange):
    """An `accredit.sync.Exchange` on Django's database, with the project's users, that sends Django's signals.

    What it asks of the database and of the project runs in the thread that calls it, in its transaction; for callers
    that await, in the thread in which Django runs what is not asynchronous.
    """

    def __init__(self, settings: DjangoSettings) -> None:
        parts = settings.parts.copy()
        clock = parts.get("clock", time.time)
        self.tables = Tables.named(settings.models)
        self.users = ProjectUsers(
            _adapter(settings.users), self.tables, policy=settings.accredit.subjects.policy, clock=clock
        )
        parts["plugins"] = (*parts.get("plugins", ()), self.users, Listener())
        storage = DjangoStorage(self.tables, clock=clock)
        super().__init__(settings.accredit, storage=storage, runner=in_djangos_thread, **parts)

    def _make_door(self, make: Callable[[], Served], runner: sync.Runner | None) -> Door[Served]:
        return _HeardDoor(make, runner=runner, using=lambda: self.tables.using)


class _HeardDoor(Door[Served]):
    """A door whose callers' signals are sent when a call has ended, however. `using` names the database."""

    def __init__(self, make: Callable[[], Served], *, runner: sync.Runner | None, using: Callable[[], str]) -> None:
        super().__init__(make, runner=runner)
        self._using = using

    def call(self, function: Callable[[Served], Awaitable[T]]) -> T:
        """Call, and wait."""
        with hearing() as events:
            try:
                return super().call(function)
            finally:
                send(events, using=self._using())

    async def acall(self, function: Callable[[Served], Awaitable[T]], *, runner: sync.Runner | None = None) -> T:
        """Call from an event loop."""
        with hearing() as events:
            try:
                return await super().acall(function, runner=runner)
            finally:
                if events:
                    await in_djangos_thread(lambda: send(events, using=self._using()))


def exchange() -> DjangoExchange:
    """Return the exchange of this process. It starts nothing before it is called.

    Raises:
        ImproperlyConfigured: `ACCREDIT` says something that cannot be.
    """
    app = cast("AccreditConfig", apps.get_app_config("accredit"))
    return cast("DjangoExchange", app.exchange(lambda: DjangoExchange(read_settings())))


async def in_djangos_thread(function: Callable[[], Any]) -> Any:
    """Run a function where Django runs what is not asynchronous: it has the connections of this request."""
    return await sync_to_async(function, thread_sensitive=True)()


def _adapter(path: str) -> UserAdapter:
    try:
        made = import_string(path)()
    except ImportError as exc:
        raise ImproperlyConfigured(f"ACCREDIT: users: {exc}") from exc
    if not isinstance(made, UserAdapter):
        raise ImproperlyConfigured(f"ACCREDIT: users: {path} is no UserAdapter: inherit from that")
    return made
