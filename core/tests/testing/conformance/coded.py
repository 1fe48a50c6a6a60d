"""A strategy that takes access tokens and authorization codes, and gets it right; its simulator."""

import hashlib
import itertools
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs

from core.tests.testing.conformance.good import APP_ID, SECRET, Good, GoodSettings, GoodSimulator, GoodSuite
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit import CodeExchanged, ConnectionSettings, Verification
from accredit.credentials import AccessToken, AuthorizationCode, Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable
from accredit.settings import CodeSettings
from accredit.strategy import ProviderResponse, VerifyContext
from accredit.testing import ACCEPTED, PEOPLE, Sample, Simulator
from accredit.testing.simulator.faults import plain

CALLBACK = "https://app.good.example/callback"
VERIFIER = "kit-verifier-of-forty-three-characters-at-least"


class CodedSettings(GoodSettings, CodeSettings):
    """An app that sends codes too."""


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
        self._numbers = itertools.count()
        self._used: set[str] = set()

    def settings(self, base_url: str) -> dict[str, Any]:
        return {**super().settings(base_url), "redirect_uris": [CALLBACK]}

    def routes(self) -> Sequence[BaseRoute]:
        return [*super().routes(), Route("/token", self._token, methods=["POST"])]

    def samples(self) -> Sequence[Sample]:
        ada = PEOPLE[0]
        more = {"code_verifier": VERIFIER, "redirect_uri": CALLBACK}
        return [
            *super().samples(),
            Sample(
                name="code",
                about="",
                parameters={"code": "kit-code-good-ada", **more},
                expected=ACCEPTED,
                claims=self.claims(ada),
            ),
            Sample(name="dead_code", about="", parameters={"code": "kit-code-none", **more}, expected="invalid_token"),
        ]

    def fresh(self, sample: Sample) -> Sample:
        if sample.field != "code":
            return sample
        code = f"{sample.credential}.{next(self._numbers)}"
        return Sample(**{**_fields(sample), "parameters": {**sample.parameters, "code": code}})

    async def _token(self, request: Request) -> Response:
        if request.headers.get("x-secret") != SECRET:
            return JSONResponse({}, 403)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        code = plain(form.get("code", ""))
        name, dot, number = code.partition(".")
        is_one = name == "kit-code-good-ada" and (not dot or number.isdecimal()) and code not in self._used
        fits = (form.get("client_id"), form.get("redirect_uri")) == (APP_ID, CALLBACK)
        if not (is_one and fits and self.is_verifier(form.get("code_verifier"))):
            return JSONResponse({"error": "invalid_grant"}, 400)
        self._used.add(code)
        return JSONResponse({"access_token": f"kit-sim-good-ada{form['code'][len(code) :]}"})

    def is_verifier(self, verifier: str | None) -> bool:
        return verifier is not None and _challenge(verifier) == _challenge(VERIFIER)


def _challenge(verifier: str) -> str:
    """Source: RFC 7636 section 4.2."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _fields(sample: Sample) -> dict[str, Any]:
    return {name: getattr(sample, name) for name in ("name", "about", "parameters", "expected", "claims", "is_foreign")}


class CodedSuite(GoodSuite):
    """The suite of a strategy with codes."""

    strategy = Coded
    simulator: ClassVar[type[Simulator]] = CodedSimulator
