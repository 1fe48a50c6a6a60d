"""`GET /healthz` and `GET /readyz`, for whoever restarts processes and sends them requests."""

from collections.abc import Callable

from accredit.oauth.readiness import Readiness
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.record import Record

_READY = {"status": "ready"}
_READY_TO_VERIFY = {"status": "ready", "signs": False}
_NO_STORE = {"cache-control": "no-store"}


class Health:
    """Tell whether the process lives, and whether it can do its work. Neither says why not: the log does.

    `degraded` returns the names of the parts that are away, and without which logins go on.
    """

    def __init__(self, readiness: Readiness, degraded: Callable[[], tuple[str, ...]]) -> None:
        self._is_ready = readiness
        self._degraded = degraded

    async def healthz(self, _: Call, __: Record) -> Answer:
        """Say that the process answers."""
        return json_answer(200, {"status": "ok"}, _NO_STORE)

    async def readyz(self, _: Call, __: Record) -> Answer:
        """Say whether keys are loaded and the storage can be written and read; 503 where not. No provider is asked.

        `"signs": false` says that logins and refreshes are for other nodes.
        """
        if await self._is_ready():
            ready = _READY if self._is_ready.signs else _READY_TO_VERIFY
            degraded = self._degraded()
            return json_answer(200, {**ready, "degraded": degraded} if degraded else ready, _NO_STORE)
        return json_answer(503, {"status": "unavailable"}, _NO_STORE)
