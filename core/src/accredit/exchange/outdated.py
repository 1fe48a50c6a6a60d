"""Of whom what is kept is outdated: their provider has told something of them since, of its own accord."""

from collections.abc import Callable


class Outdated:
    """Remember users for `longest_s` seconds, in this process alone: what was kept of them before has ended then.

    So nobody needs to know when it was kept. `clock` returns seconds of a monotonic clock.
    """

    def __init__(self, longest_s: float, *, clock: Callable[[], float]) -> None:
        self._longest_s = longest_s
        self._clock = clock
        self.users: dict[tuple[str, str], float] = {}
        """Namespace and user id, and until when; who ends first stands first. Empty at most times."""

    def add(self, namespace: str, user_id: str) -> None:
        """Remember a user from now on, and forget those whose time has passed."""
        now = self._clock()
        while self.users and now >= next(iter(self.users.values())):
            del self.users[next(iter(self.users))]
        self.users.pop((namespace, user_id), None)
        self.users[namespace, user_id] = now + self._longest_s

    def has(self, namespace: str, user_id: str) -> bool:
        """Tell whether what is kept of a user may be older than what was told."""
        until = self.users.get((namespace, user_id))
        return until is not None and self._clock() < until
