"""A host in FastAPI, over the provider and the clock of the bench."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import GOOD, SETTINGS, Clock, ListLogger, Observer, merged, signing_key
from core.tests.oauth.support import clients
from fastapi import Depends, FastAPI, Security
from fastapi.security import HTTPBearer

from accredit import AccessToken, Settings
from accredit.contrib.fastapi import Accredit
from accredit.keys import SigningKeys
from accredit.storage import MemoryStorage

ISSUER = "https://shop.example.com/login/"
API = "https://api.example.com"


@dataclass
class Host:
    """What a test drives, and what it looks at."""

    accredit: Accredit
    app: FastAPI
    client: httpx.AsyncClient
    provider: Provider
    clock: Clock
    log: ListLogger
    observer: Observer

    async def token(self, **parameters: str) -> str:
        """Log in, and return the access token."""
        answer = await self.client.post("/login/oauth/access_token", json={**GOOD, **parameters})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def get(self, path: str, *authorizations: str) -> httpx.Response:
        """Call a route of the host's with these `Authorization` headers."""
        return await self.client.get(path, headers=[("Authorization", one) for one in authorizations])


def make(
    settings: Mapping[str, Any] | None = None, **more: Any
) -> tuple[Accredit, Provider, Clock, ListLogger, Observer]:
    """Make the host's Accredit, and what is around it."""
    provider, clock, log, observer = Provider(), Clock(), ListLogger(), Observer()
    accredit = Accredit(
        Settings.model_validate(merged(merged(SETTINGS, {"issuer": ISSUER, "clients": clients()}), settings or {})),
        plugins=[Brings(Acme, Globex), observer],
        transport=provider,
        clock=clock,
        monotonic=clock.monotonic,
        storage=MemoryStorage(clock=clock),
        keys=SigningKeys([signing_key("ES256")]),
        logger=log,
        **more,
    )
    return accredit, provider, clock, log, observer


def shop(accredit: Accredit) -> FastAPI:
    """Return the app of the guide, with a few routes."""
    app = FastAPI(lifespan=accredit.lifespan)
    app.include_router(accredit.router, prefix="/login")
    accredit.install(app)

    @app.get("/me")
    async def me(token: Annotated[AccessToken, Depends(accredit.require())]) -> str:
        return token.subject

    @app.get("/orders")
    async def orders(token: Annotated[AccessToken, Depends(accredit.require("read:orders"))]) -> str:
        return token.subject

    @app.get("/users")
    async def users(token: Annotated[AccessToken, Depends(accredit.require(users_only=True))]) -> str:
        return token.subject

    @app.get("/api")
    def api(token: Annotated[AccessToken, Depends(accredit.require("read:orders", audience=API))]) -> str:
        return token.subject

    return app


def shown(*scopes: str) -> list[str]:
    """Return the scopes that FastAPI shows for a scheme that is not OAuth2: older versions show none."""
    app = FastAPI()
    app.get("/", dependencies=[Security(HTTPBearer(), scopes=list(scopes))])(lambda: None)
    [security] = app.openapi()["paths"]["/"]["get"]["security"]
    found: list[str] = security["HTTPBearer"]
    return found


@asynccontextmanager
async def host(
    settings: Mapping[str, Any] | None = None, app: Callable[[Accredit], FastAPI] = shop, **more: Any
) -> AsyncIterator[Host]:
    """Run the host."""
    accredit, provider, clock, log, observer = make(settings, **more)
    made = app(accredit)
    transport = httpx.ASGITransport(app=made)
    async with (
        made.router.lifespan_context(made),
        httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client,
    ):
        yield Host(accredit, made, client, provider, clock, log, observer)
