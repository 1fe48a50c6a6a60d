"""`GET /healthz` and `GET /readyz`, for whoever restarts processes and sends them requests."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.exchange.exchange import Exchange
from accredit.oauth.readiness import Readiness

_NO_STORE = {"Cache-Control": "no-store"}


class Health:
    """Tell whether the process lives, and whether it can do its work. Neither says why not: the log does."""

    def __init__(self, exchange: Exchange) -> None:
        self._is_ready = Readiness(exchange)

    async def healthz(self, _: Request) -> Response:
        """Say that the process answers."""
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    async def readyz(self, _: Request) -> Response:
        """Say whether keys are loaded and the storage can be written and read; 503 where not. No provider is asked."""
        if await self._is_ready():
            return JSONResponse({"status": "ready"}, headers=_NO_STORE)
        return JSONResponse({"status": "unavailable"}, 503, headers=_NO_STORE)
