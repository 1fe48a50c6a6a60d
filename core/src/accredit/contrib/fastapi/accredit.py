"""An exchange in a FastAPI app."""

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from fastapi import APIRouter, FastAPI

from accredit.asgi import metadata_route
from accredit.audit import operations
from accredit.contrib.fastapi.bearer import Bearer
from accredit.contrib.fastapi.refused import Refused, handler
from accredit.contrib.fastapi.require import NeededScope, Requirement, requirement
from accredit.contrib.fastapi.router import make_router
from accredit.errors import ExchangeError
from accredit.exchange.exchange import Exchange
from accredit.keys import SigningKeys
from accredit.oauth.wire.mount import MountCheck, path_of
from accredit.provider.http import Transport
from accredit.settings import Settings
from accredit.storage import Storage


class Accredit:
    """Everything a FastAPI app needs of one exchange. The parameters are those of `accredit.Exchange`.

    Settings are checked and strategies loaded at once; the rest opens with the app. `exchange` is there for calls,
    `accredit.exchange.verify(…)`, and `exchange.subjects` to block and unlink users. Several may live in one app, and
    in one process.

    Raises:
        ConfigurationError: what the operator must change.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        plugins: Iterable[object] = (),
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        storage: Storage | None = None,
        keys: SigningKeys | None = None,
        logger: object = None,
    ) -> None:
        self.exchange = Exchange(
            settings,
            plugins=plugins,
            transport=transport,
            clock=clock,
            monotonic=monotonic,
            storage=storage,
            keys=keys,
            logger=logger,
        )
        self._bearer = Bearer(settings.issuer)
        self._requirements: dict[tuple[str, str | None, bool], Requirement] = {}
        check = MountCheck(issuer=settings.issuer, report=self._report_mismatch)
        self.router: APIRouter = make_router(self.exchange, self._bearer, arrived=check)
        """The endpoints, for `app.include_router(accredit.router, prefix=…)`. The issuer ends with the prefix."""

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Open the exchange for as long as an app runs: `FastAPI(lifespan=accredit.lifespan)`.

        A host with a lifespan of its own writes `async with accredit:` there. FastAPI runs the lifespan of the
        outermost app only, so a sub-app's exchange is opened there as well.
        """
        async with self:
            yield

    async def __aenter__(self) -> Self:
        await self.exchange.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.exchange.__aexit__(kind, error, traceback)

    def require(self, scope: NeededScope = "", *, audience: str | None = None, users_only: bool = False) -> Requirement:
        """Return a dependency that lets a route be called with a live access token of ours, and returns what it says.

        `scope` is what the token must have, separated by spaces; `audience` the API that it must be for, by default we
        ourselves (the issuer). `users_only` refuses tokens that clients got for themselves. The token is checked in
        this process: its signature, session and user. Equal arguments give the same dependency, for
        `app.dependency_overrides`.

        Without a good token a request gets 401, without the scope 403, each with `WWW-Authenticate`, and from an app
        that has been through `install` in the contract's form. Source: RFC 6750 section 3.

        Raises:
            TypeError: it stands there without brackets. It is raised when the route is made.
        """
        key = (" ".join(scope.split()), audience, users_only)
        if key not in self._requirements:
            self._requirements[key] = requirement(
                self.exchange, self._bearer, scope, audience=audience, users_only=users_only
            )
        return self._requirements[key]

    def install(self, app: FastAPI) -> None:
        """Answer what is refused in the host's own routes as the endpoints do, and publish the metadata at the root.

        An `ExchangeError` of `accredit.exchange.verify(…)`, or a refusal of `require`, gets the contract's status,
        body, `Retry-After` and `WWW-Authenticate`. Of an issuer with a path, clients look for the metadata at the root
        of the host as well: see `accredit.metadata_route`.
        """
        answered = handler(self.exchange.settings.compatibility)
        app.add_exception_handler(ExchangeError, answered)
        app.add_exception_handler(Refused, answered)
        if path_of(self.exchange.settings.issuer):
            app.router.routes.append(metadata_route(self.exchange))

    def _report_mismatch(self, root_path: str, advice: str) -> None:
        engine = self.exchange.engine
        engine.reporter.emit(operations.issuer_mismatch(self.exchange.settings.issuer, root_path, advice))
