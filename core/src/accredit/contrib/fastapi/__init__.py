"""Accredit in a FastAPI app: endpoints that its OpenAPI shows, and a dependency for its own routes.

::

    accredit = Accredit(load_settings("accredit.toml"))
    app = FastAPI(lifespan=accredit.lifespan)
    app.include_router(accredit.router, prefix="/login")
    accredit.install(app)

    @app.get("/orders")
    async def orders(token: Annotated[AccessToken, Depends(accredit.require("read:orders"))]) -> list[Order]: ...
"""

try:
    import fastapi as _fastapi  # noqa: F401 - only to say what is missing
except ModuleNotFoundError as _absent:  # pragma: no cover - a test takes FastAPI away in a process of its own
    raise ModuleNotFoundError(
        "accredit.contrib.fastapi needs FastAPI: pip install 'accredit[fastapi]'", name=_absent.name
    ) from None

from accredit.contrib.fastapi.accredit import Accredit
from accredit.contrib.fastapi.refused import Refused
from accredit.tokens.read import AccessToken

__all__ = ["AccessToken", "Accredit", "Refused"]
