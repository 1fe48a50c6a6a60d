"""A strategy that gets everything right and revokes, and its simulator."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qs

from core.tests.testing.conformance.good import SECRET, Good, GoodSimulator, GoodSuite
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit import RevocableToken, Verification
from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable
from accredit.strategy import ProviderResponse, VerifyContext
from accredit.testing import Simulator


class Revoking(Good):
    """Access tokens are revoked by one call; one that is unknown is done."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify(token, ctx)
        if token.is_jwt:
            return verification
        return replace(verification, provider_token=RevocableToken.of(token.reveal(), kind="access_token"))

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        self.read_revocation(await self.ask_to_revoke(token, ctx))

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        headers = {"X-Secret": self.settings.app_secret.get_secret_value()}
        return await ctx.http.post(f"{self.settings.api_url}/revoke", form={"token": token.reveal()}, headers=headers)

    def read_revocation(self, response: ProviderResponse) -> None:
        if response.status == 400 and response.json_object().get("error") == "unknown_token":
            return
        if response.status != 200:
            raise ProviderUnavailable(f"status {response.status}")


class RevokingSimulator(GoodSimulator):
    """One endpoint more."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.revoked: set[str] = set()

    def routes(self) -> Sequence[BaseRoute]:
        return [*super().routes(), Route("/revoke", self._revoke, methods=["POST"])]

    async def _revoke(self, request: Request) -> Response:
        if request.headers.get("x-secret") != SECRET:
            return JSONResponse({}, 403)
        token = parse_qs((await request.body()).decode()).get("token", [""])[0]
        if token not in self.tokens() or token in self.revoked:
            return JSONResponse({"error": "unknown_token"}, 400)
        self.revoked.add(token)
        return Response(status_code=200)


class RevokingSuite(GoodSuite):
    """The suite of a strategy that revokes."""

    strategy = Revoking
    simulator: ClassVar[type[Simulator]] = RevokingSimulator
