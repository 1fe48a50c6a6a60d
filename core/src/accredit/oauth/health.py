"""`GET /healthz` and `GET /readyz`, for whoever restarts processes and sends them requests."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.exchange import Exchange

_NO_STORE = {"Cache-Control": "no-store"}
_TIMEOUT_S = 5.0


class Health:
    """Tell whether the process lives, and whether it can do its work. Neither says why not: the log does."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def healthz(self, _: Request) -> Response:
        """Say that the process answers."""
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    async def readyz(self, _: Request) -> Response:
        """Say whether keys are loaded and the storage can be read; 503 where not. Providers are not asked."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._exchange.storage.get("")
            ready = bool(self._exchange.keys.all)
        except Exception:  # whatever is wrong, a balancer needs to know only that something is
            ready = False
        if ready:
            return JSONResponse({"status": "ready"}, headers=_NO_STORE)
        return JSONResponse({"status": "unavailable"}, 503, headers=_NO_STORE)
