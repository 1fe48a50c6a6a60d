"""A second strategy that gets everything right, by two calls that hang together, and its simulator.

What binds a token is one call (`/introspect`, with our secret), who the user is another one (`/profile`), and a third
is best effort (`/locale`). ID tokens are verified by the provider (`/verify`), so the strategy compares their nonce.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs

from core.tests.testing.conformance.good import Good, GoodSuite, profile, user_id
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit import AppBound, ConnectionSettings, Verification
from accredit.credentials import Credential, CredentialKind
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable, ProviderUserBlocked
from accredit.refusals import Line, refusal
from accredit.settings import AppId, AppSecret, BaseUrl
from accredit.strategy import ProviderResponse, VerifyContext
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, Simulator, plain

OUR_APP = "Kit-App.4200x"
FOREIGN_APP = "Kit-App.4200x1"
SECRET = "kit-inspected-secret-not-real"
NONCE = "Kit-Nonce-1"
ID_TOKEN = "kit-idt-"
SOURCE = "the simulated provider, which is all there is of it"
ERRORS: Mapping[str, Line] = {
    "invalid_client": Line(ProviderMisconfigured, SOURCE),
    "invalid_token": Line(InvalidProviderToken, SOURCE),
    "user_suspended": Line(ProviderUserBlocked, SOURCE),
}


class InspectedSettings(ConnectionSettings):
    """One app with a secret."""

    app_id: AppId = Field(min_length=1)
    app_secret: AppSecret
    api_url: BaseUrl = "https://api.inspected.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class Inspected(Good):
    """Access tokens by introspection and profile, ID tokens by asking the provider. Each step can go wrong alone."""

    name = "kit-inspected"
    settings_type: ClassVar[type[ConnectionSettings]] = InspectedSettings

    def kind_of(self, value: str) -> CredentialKind:
        return "id_token" if value.startswith(ID_TOKEN) else super().kind_of(value)

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if token.reveal().startswith(ID_TOKEN):
            return await self.verify_id_token(token, ctx)
        info = await self.inspect(token, ctx)
        me: dict[str, Any] = {}
        if self.app_id(info) in self.settings.accepted_audiences:
            me = await self.profile(token, ctx)
            self.check_profile(me, info)
            me = {**me, "locale": await self.locale(token, ctx)}
        audience = AppBound(self.app_id(info))
        return Verification(user_id=self.user_id(info), audience=audience, claims=me, expires_at=info["exp"])

    async def check_credentials(self, ctx: VerifyContext) -> None:
        await self.post("/introspect", {"token": "none"}, ctx)

    async def verify_id_token(self, token: Credential, ctx: VerifyContext) -> Verification:
        said = await self.post("/verify", {"id_token": token.reveal()}, ctx)
        self.check_times(said, ctx)
        self.check_nonce(token, said, ctx)
        return Verification(user_id=self.user_id(said), audience=AppBound(self.app_id(said)), claims=said)

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        ctx.check_nonce(said.get("nonce"))

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        info = await self.post("/introspect", {"token": token.reveal()}, ctx)
        self.check_active(info)
        self.check_times(info, ctx)
        return info

    def check_active(self, info: dict[str, Any]) -> None:
        if info.get("active") is not True:
            raise InvalidProviderToken("not active")

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if type(said.get("exp")) is not int:
            raise ProviderUnavailable("exp is missing or no integer")
        if ctx.clock() >= said["exp"]:
            raise InvalidProviderToken("exp has passed")

    async def profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        return self.read(await self.get("/profile", token, ctx))

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        if me.get("id") != info["sub"]:
            raise ProviderUnavailable("introspect and profile name different users")
        if me.get("suspended") is not False:
            raise ProviderUserBlocked("suspended")

    async def locale(self, token: Credential, ctx: VerifyContext) -> object:
        """Ask best effort: nothing hangs on it."""
        try:
            return self.read(await self.get("/locale", token, ctx)).get("locale")
        except (ProviderUnavailable, InvalidProviderToken):
            return None

    async def post(self, path: str, form: dict[str, str], ctx: VerifyContext) -> dict[str, Any]:
        basic = (self.settings.app_id, self.settings.app_secret)
        return self.read(await ctx.http.post(f"{self.settings.api_url}{path}", form=form, basic=basic))

    async def get(self, path: str, token: Credential, ctx: VerifyContext) -> ProviderResponse:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        return await ctx.http.get(f"{self.settings.api_url}{path}", headers=headers)

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        body = response.json_object()
        if response.status == 200 and "error" not in body:
            return body
        raise refusal(ERRORS, self.code(body), call="inspected", response=response)

    def code(self, body: dict[str, Any]) -> str | None:
        code = body.get("error")
        return code if isinstance(code, str) else None

    def user_id(self, me: dict[str, Any]) -> str:
        return self.text(me, "sub")

    def app_id(self, me: dict[str, Any]) -> str:
        return self.text(me, "client_id")

    def text(self, said: dict[str, Any], name: str) -> str:
        value = said.get(name)
        if not isinstance(value, str) or not value or not value.isprintable() or " " in value:
            raise ProviderUnavailable(f"{name} is missing or no id")
        return value


class InspectedSimulator(Simulator):
    """Four endpoints, each as strict as it should be. A token is `kit-ins-<kind>-<person>`."""

    strategy = "kit-inspected"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"app_id": OUR_APP, "app_secret": SECRET, "api_url": base_url}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/introspect", self._introspect, methods=["POST"]),
            Route("/profile", self._profile),
            Route("/locale", self._locale),
            Route("/verify", self._verify, methods=["POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        ada = PEOPLE[0]
        people = [_sample("good", one, ACCEPTED, name=one.name) for one in PEOPLE]
        dead = [_sample(kind, ada, "invalid_token") for kind in ("dead", "expired")]
        blocked = [_sample(kind, ada, "provider_user_blocked") for kind in ("suspended", "refused")]
        foreign = _sample("foreign", ada, "wrong_audience")
        id_tokens = [_id_token("good", one, ACCEPTED) for one in PEOPLE[:2]]
        bad = [_id_token("foreign", ada, "wrong_audience"), _id_token("dead", ada, "invalid_token")]
        return [*people, *id_tokens, *dead, *blocked, foreign, *bad]

    async def _introspect(self, request: Request) -> Response:
        if not _is_us(request):
            return JSONResponse({"error": "invalid_client", "message": "Who are you?"}, 401)
        kind, one = _read(await _sent(request, "token"))
        if kind is None or kind == "dead":
            return JSONResponse({"active": False})
        exp = int(self.clock()) + (-1 if kind == "expired" else 3600)
        app = FOREIGN_APP if kind == "foreign" else OUR_APP
        return JSONResponse({"active": True, "client_id": app, "sub": user_id(one), "exp": exp, "token_type": "Bearer"})

    async def _profile(self, request: Request) -> Response:
        kind, one = _read(request.headers.get("authorization", "").removeprefix("Bearer "))
        if kind is None or kind == "dead":
            return JSONResponse({"error": "invalid_token", "message": "Never heard of that token."}, 401)
        if kind == "refused":
            return JSONResponse({"error": "user_suspended", "message": "That user is locked."}, 403)
        return JSONResponse({**profile(one), "id": user_id(one), "suspended": kind == "suspended"})

    async def _locale(self, request: Request) -> Response:
        kind, _ = _read(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse({"locale": "en"}) if kind else JSONResponse({"error": "invalid_token"}, 401)

    async def _verify(self, request: Request) -> Response:
        if not _is_us(request):
            return JSONResponse({"error": "invalid_client"}, 401)
        value = await _sent(request, "id_token")
        kind, one = _read(value.replace(ID_TOKEN, "kit-ins-", 1)) if value.startswith(ID_TOKEN) else (None, PEOPLE[0])
        if kind is None or kind == "dead":
            return JSONResponse({"error": "invalid_token", "message": "Not one of ours."}, 400)
        app = FOREIGN_APP if kind == "foreign" else OUR_APP
        times = {"exp": int(self.clock()) + 3600}
        return JSONResponse({**profile(one), "sub": user_id(one), "client_id": app, "nonce": NONCE, **times})


_KINDS = ("good", "dead", "expired", "suspended", "refused", "foreign")


def _read(value: str) -> tuple[str | None, Person]:
    tokens = {f"kit-ins-{kind}-{one.key}": (kind, one) for kind in _KINDS for one in PEOPLE}
    return tokens.get(plain(value), (None, PEOPLE[0]))


async def _sent(request: Request, name: str) -> str:
    return parse_qs((await request.body()).decode()).get(name, [""])[0]


def _is_us(request: Request) -> bool:
    expected = base64.b64encode(f"{OUR_APP}:{SECRET}".encode()).decode()
    return request.headers.get("authorization", "") == f"Basic {expected}"


def _sample(kind: str, one: Person, expected: str, **claims: Any) -> Sample:
    token = {"access_token": f"kit-ins-{kind}-{one.key}"}
    sub = {"sub": f"kit-inspected|{user_id(one)}"} if expected == ACCEPTED else {}
    return Sample(name=f"{kind}-{one.key}", about="", parameters=token, expected=expected, claims={**claims, **sub})


def _id_token(kind: str, one: Person, expected: str) -> Sample:
    sent = {"access_token": f"{ID_TOKEN}{kind}-{one.key}", "nonce": NONCE}
    return Sample(name=f"id-token-{kind}-{one.key}", about="", parameters=sent, expected=expected)


class InspectedSuite(GoodSuite):
    """The suite as a third party would have it."""

    strategy = Inspected
    simulator = InspectedSimulator
