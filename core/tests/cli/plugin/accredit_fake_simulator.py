"""The simulated provider of the strategy `fake`."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.testing import ACCEPTED, PEOPLE, Sample, Simulator

SECRET = "sim-fake-secret"


class FakeSimulator(Simulator):
    """Answers `slow-…` only once `let_go` is set, and says in `asked` that it was asked."""

    strategy = "fake"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.asked, self.let_go = threading.Event(), threading.Event()

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"app_id": "123", "app_secret": SECRET, "api_url": base_url}

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/me", self._me)]

    def samples(self) -> Sequence[Sample]:
        claims = {"sub": f"fake|{PEOPLE[0].number}", "name": PEOPLE[0].name}
        return [
            sample("good-ada", ACCEPTED, claims),
            sample("expired-ada", InvalidProviderToken.reason),
            sample("foreign-ada", WrongAudience.reason),
        ]

    async def _me(self, request: Request) -> Response:
        kind, _, key = request.headers["authorization"].removeprefix("Bearer fakesim-").partition("-")
        owner = next((one for one in PEOPLE if one.key == key), None)
        if owner is None or kind not in {"good", "foreign", "slow"}:
            return JSONResponse({}, 401)
        if kind == "slow":
            self.asked.set()
            await asyncio.to_thread(self.let_go.wait)
        app = "1234" if kind == "foreign" else "123"
        return JSONResponse({"id": str(owner.number), "app": app, "name": owner.name})


def sample(name: str, expected: str, claims: dict[str, Any] | None = None) -> Sample:
    return Sample(
        name=name,
        about=f"about {name}",
        parameters={"access_token": f"fakesim-{name}"},
        expected=expected,
        claims=claims or {},
    )
