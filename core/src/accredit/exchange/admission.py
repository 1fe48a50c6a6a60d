"""How many exchanges there may be at once, and who goes first where they are too many.

A refresh asks no provider, nor does `issue`: they stand in no line with logins, and as many of them are let in. Of the
places of logins a quarter belongs to the connections, in equal parts; the others are whoever's comes first. So a
provider that hangs can fill all places but those of the other connections. Nobody waits at the door: who finds no place
is told to come back.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

from accredit.errors import Overloaded

OWN_SHARE = 4
"""One of so many places belongs to a certain connection."""
SUM_S = 5.0
"""So long are those counted who are turned away, before one event tells how many they were."""


class Admission:
    """Let up to `max_exchanges` logins in by their `connections`, and as many refreshes; turn others away at once.

    `tell` takes how many were turned away in the last five seconds: not each leaves an event, because those seconds
    have enough to write. Metrics read `logins`, `refreshes` and `turned_away`.
    """

    def __init__(self, connections: Iterable[str], *, max_exchanges: int, tell: Callable[[int], None]) -> None:
        self.logins = dict.fromkeys(connections, 0)
        """In flight now, by connection."""
        self.refreshes = 0
        """In flight now."""
        self.turned_away = 0
        """How many since the start."""
        self._max = max_exchanges
        self._own = max(1, max_exchanges // (OWN_SHARE * max(1, len(self.logins))))
        self._common = max(0, max_exchanges - self._own * len(self.logins))
        self._common_taken = 0
        self._tell = tell
        self._told = 0
        self._timer: asyncio.TimerHandle | None = None

    def login(self, connection: object) -> AbstractContextManager[None]:
        """Hold a place for a login. A connection that there is not needs none: that is refused without waiting.

        Raises:
            Overloaded: there is none, as the block begins.
        """
        if not isinstance(connection, str) or connection not in self.logins:
            return nullcontext()
        return _LoginPlace(self, connection)

    def refresh(self) -> AbstractContextManager[None]:
        """Hold a place for what asks no provider.

        Raises:
            Overloaded: there is none, as the block begins.
        """
        return _RefreshPlace(self)

    def begin_login(self, connection: str) -> None:
        """Take a place; see `login`."""
        is_common = self.logins[connection] >= self._own
        if is_common and self._common_taken >= self._common:
            raise self._overloaded()
        self.logins[connection] += 1
        self._common_taken += is_common

    def end_login(self, connection: str) -> None:
        """Give it back: whoever leaves, it is a common place that becomes free while there are such."""
        self._common_taken -= self.logins[connection] > self._own
        self.logins[connection] -= 1

    def begin_refresh(self) -> None:
        """Take a place; see `refresh`."""
        if self.refreshes >= self._max:
            raise self._overloaded()
        self.refreshes += 1

    def _overloaded(self) -> Overloaded:
        self.turned_away += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SUM_S, self._sum_up)
        return Overloaded()

    def _sum_up(self) -> None:
        self._timer = None
        count, self._told = self.turned_away - self._told, self.turned_away
        self._tell(count)

    async def close(self) -> None:
        """Tell of those who have been turned away last."""
        if self._timer is not None:
            self._timer.cancel()
            self._sum_up()


class _LoginPlace:
    """The place of one login: a class, because a generator costs three times as much."""

    __slots__ = ("_admission", "_connection")

    def __init__(self, admission: Admission, connection: str) -> None:
        self._admission = admission
        self._connection = connection

    def __enter__(self) -> None:
        self._admission.begin_login(self._connection)

    def __exit__(self, *_: object) -> None:
        self._admission.end_login(self._connection)


class _RefreshPlace:
    """The place of what asks no provider."""

    __slots__ = ("_admission",)

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    def __enter__(self) -> None:
        self._admission.begin_refresh()

    def __exit__(self, *_: object) -> None:
        self._admission.refreshes -= 1
