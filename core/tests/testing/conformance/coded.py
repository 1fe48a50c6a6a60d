"""A strategy that takes access tokens and authorization codes, and gets it right; its simulator."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs

from core.tests.testing.conformance.good import APP_ID, SECRET, Good, GoodSettings, GoodSimulator, GoodSuite
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit import CodeExchanged, ConnectionSettings, Verification
from accredit.credentials import AccessToken, AuthorizationCode, Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable
from accredit.settings import CodeSettings
from accredit.strategy import ProviderResponse, VerifyContext
from accredit.testing import PEOPLE, CodeBinding, CodeRefused, Codes, Sample, Simulator, plain

CALLBACK = "https://app.good.example/callback"
VERIFIER = "kit-verifier-of-forty-three-characters-at-least"
BINDING = CodeBinding(client_id=APP_ID, redirect_uri=CALLBACK, code_verifier=VERIFIER)


class CodedSettings(GoodSettings, CodeSettings):
    """An app that sends codes too, and a provider that sends notices, whose secret no login needs."""

    notice_secret: SecretStr = SecretStr("")


class Coded(Good):
    """A code is exchanged with our secret and the app's verifier; who it is, the token says that came for it."""

    settings_type: ClassVar[type[ConnectionSettings]] = CodedSettings
    accepts = frozenset({"access_token", "id_token", "code"})

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if not isinstance(token, AuthorizationCode):
            return await super().verify(token, ctx)
        ctx.check_nonce(None)
        me = await self.ask(AccessToken.of(await self.redeem(token, ctx)), ctx)
        return Verification(user_id=self.user_id(me), audience=self.proof(), claims=me)

    def proof(self) -> CodeExchanged:
        return CodeExchanged(self.settings.app_id)

    def form(self, code: AuthorizationCode) -> dict[str, str]:
        verifier = code.code_verifier
        return {
            "client_id": self.settings.app_id,
            "code": code.reveal(),
            **({} if code.redirect_uri is None else {"redirect_uri": code.redirect_uri}),
            **({} if verifier is None else {"code_verifier": verifier.get_secret_value()}),
        }

    async def redeem(self, code: AuthorizationCode, ctx: VerifyContext) -> str:
        headers = {"X-Secret": self.settings.app_secret.get_secret_value()}
        return self.granted(
            await ctx.http.post(f"{self.settings.api_url}/token", form=self.form(code), headers=headers)
        )

    def granted(self, response: ProviderResponse) -> str:
        if response.status == 400:
            raise InvalidProviderToken("status 400")
        if response.status == 403 and response.body == b"{}":
            raise ProviderMisconfigured("status 403: our secret")
        token = response.json_object().get("access_token") if response.status == 200 else None
        if not isinstance(token, str) or not token:
            raise ProviderUnavailable(f"status {response.status}, and no token")
        return token


class CodedSimulator(GoodSimulator):
    """Its codes are good once, for the client, the address and the verifier that they were made for."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self._codes: Codes[str] = Codes("kit-code-{}", lives_s=60, clock=clock)
        claims = self.claims(PEOPLE[0])
        self._code_samples = tuple(self._codes.fix_samples("kit-code-{}", "kit-sim-good-ada", BINDING, claims=claims))

    def settings(self, base_url: str) -> dict[str, Any]:
        return {
            **super().settings(base_url),
            "redirect_uris": [CALLBACK],
            "notice_secret": "kit-notice-secret-not-real",
        }

    def routes(self) -> Sequence[BaseRoute]:
        return [*super().routes(), Route("/token", self._token, methods=["POST"])]

    def samples(self) -> Sequence[Sample]:
        return [*super().samples(), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        return self._codes.fresh(sample)

    async def _token(self, request: Request) -> Response:
        if request.headers.get("x-secret") != SECRET:
            return JSONResponse({}, 403)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        code = form.get("code", "")
        try:
            token = self._codes.redeem(code, self.shown(form))
        except CodeRefused:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": f"{token}{code.removeprefix(plain(code))}"})

    def shown(self, form: Mapping[str, str]) -> CodeBinding:
        client_id, uri = form.get("client_id", ""), form.get("redirect_uri")
        return CodeBinding(client_id=client_id, redirect_uri=uri, code_verifier=form.get("code_verifier"))


class CodedSuite(GoodSuite):
    """The suite of a strategy with codes."""

    strategy = Coded
    simulator: ClassVar[type[Simulator]] = CodedSimulator
