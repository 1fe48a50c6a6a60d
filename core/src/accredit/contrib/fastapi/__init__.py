"""Accredit in a FastAPI app: endpoints that its OpenAPI shows, and a dependency for its own routes.

::

    accredit = Accredit(load_settings("accredit.toml"))
    app = FastAPI(lifespan=accredit.lifespan)
    app.include_router(accredit.router, prefix="/login")
    accredit.install(app)

    @app.get("/orders")
    async def orders(token: Annotated[AccessToken, Depends(accredit.require("read:orders"))]) -> list[Order]: ...

`accredit` has the class. `router` puts the endpoints into a router; `require` makes the dependency, which OpenAPI shows
as `bearer`; `refused` answers refusals.
"""

from accredit.contrib import require_extra

require_extra("fastapi", "fastapi")

from accredit.contrib.fastapi.accredit import Accredit  # noqa: E402 - says first what is missing
from accredit.contrib.fastapi.refused import Refused  # noqa: E402 - the same

__all__ = ["Accredit", "Refused"]
