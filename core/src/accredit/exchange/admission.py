"""How many exchanges there may be at once, and who goes first where they are too many.

A refresh asks no provider, nor does `issue`: they stand in no line with logins, and as many of them are let in. Of the
places of logins a quarter belongs to the connections, in equal parts; the others are whoever's comes first. So a
provider that hangs can fill all places but those of the other connections. Nobody waits at the door: who finds no place
is told to come back.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext

from accredit.errors import Overloaded

OWN_SHARE = 4
"""One of so many places belongs to a certain connection."""
SUM_S = 5.0
"""So long are those counted who are turned away, before one event tells how many they were."""
_NO_PLACE = nullcontext()


class Admission:
    """Let up to `max_exchanges` logins in by their `connections`, and as many refreshes; turn others away at once.

    `tell` takes how many were turned away in the last five seconds: not each leaves an event, because those seconds
    have enough to write. Metrics read `turned_away`.
    """

    def __init__(self, connections: Iterable[str], *, max_exchanges: int, tell: Callable[[int], None]) -> None:
        names = tuple(dict.fromkeys(connections))
        own = max(1, max_exchanges // (OWN_SHARE * max(1, len(names))))
        common = _Places(max(0, max_exchanges - own * len(names)), self._overloaded)
        self._logins = {name: _LoginPlaces(own, common) for name in names}
        self._refreshes = _Places(max_exchanges, self._overloaded)
        self.turned_away = 0
        """How many since the start."""
        self._tell = tell
        self._told = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def logins(self) -> Mapping[str, int]:
        """In flight now, by connection."""
        return {name: places.taken for name, places in self._logins.items()}

    @property
    def refreshes(self) -> int:
        """In flight now."""
        return self._refreshes.taken

    def login(self, connection: object) -> AbstractContextManager[None]:
        """Hold a place for a login. A connection that there is not needs none: that is refused without waiting.

        Raises:
            Overloaded: there is none, as the block begins.
        """
        return self._logins.get(connection, _NO_PLACE) if isinstance(connection, str) else _NO_PLACE

    def refresh(self) -> AbstractContextManager[None]:
        """Hold a place for what asks no provider.

        Raises:
            Overloaded: there is none, as the block begins.
        """
        return self._refreshes

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


class _Places:
    """So many places, one of which each block holds: one object for all of them, because it knows none of them."""

    __slots__ = ("_most", "_overloaded", "taken")

    def __init__(self, most: int, overloaded: Callable[[], Overloaded]) -> None:
        self._most = most
        self._overloaded = overloaded
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self._most:
            raise self._overloaded()
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        self.taken -= 1


class _LoginPlaces:
    """The places of one connection: its own first, then common ones. Held as `_Places` are."""

    __slots__ = ("_common", "_own", "taken")

    def __init__(self, own: int, common: _Places) -> None:
        self._own = own
        self._common = common
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self._own:
            self._common.__enter__()
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        # Whoever leaves, it is a common place that becomes free while there are such.
        if self.taken > self._own:
            self._common.__exit__()
        self.taken -= 1
