"""A strategy that gets everything right, and its simulator: what the bad ones differ from in one thing each."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

from pydantic import Field, SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit import AppBound, Assurance, ConnectionSettings, Email, Profile, Strategy, Verification
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable
from accredit.settings import BaseUrl, HttpsUrl
from accredit.strategy import ProviderResponse, VerifyContext
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, Simulator, StrategyConformance
from accredit.testing.simulator.faults import plain
from accredit.testing.simulator.id_tokens import IdTokenIssuer
from accredit.text import email_address, text, web_url

APP_ID = "4200"
FOREIGN_APP_ID = "42001"
SECRET = "kit-app-secret-not-real"
ISSUER = "https://good.example"


class GoodSettings(ConnectionSettings):
    """One app."""

    app_id: str = Field(min_length=1)
    app_secret: SecretStr = SecretStr("")
    api_url: BaseUrl = "https://api.good.example"
    jwks_url: HttpsUrl = "https://keys.good.example/jwks"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class Good(Strategy[GoodSettings]):
    """Access tokens by one call, ID tokens by published keys."""

    name = "kit-good"
    settings_type: ClassVar[type[ConnectionSettings]] = GoodSettings

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if token.is_jwt:
            return await self.verify_jwt(token, ctx)
        me = await self.ask(token, ctx)
        return Verification(user_id=self.user_id(me), audience=AppBound(self.app_id(me)), claims=me)

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        id_token = await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,))
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        headers = {"X-Secret": self.settings.app_secret.get_secret_value()}
        form = {"access_token": token.reveal()}
        return self.read(await ctx.http.post(f"{self.settings.api_url}/me", form=form, headers=headers))

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if response.status == 401:
            raise InvalidProviderToken("status 401")
        if response.status == 403 and response.body == b"{}":
            raise ProviderMisconfigured("status 403: our secret")
        if response.status != 200:
            raise ProviderUnavailable(f"status {response.status}")
        me = response.json_object()
        if not isinstance(me.get("id"), str) or not isinstance(me.get("app_id"), str) or not me["id"]:
            raise ProviderUnavailable("id or app_id is missing")
        return me

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"])

    def app_id(self, me: dict[str, Any]) -> str:
        return str(me["app_id"])

    def normalize(self, verification: Verification) -> Profile:
        claims = verification.claims
        address = email_address(claims.get("email"))
        return Profile(
            name=text(claims.get("name")),
            preferred_username=text(claims.get("screen_name")),
            picture=web_url(claims.get("picture")),
            locale=text(claims.get("locale")),
            email=None if address is None else Email(address, self.assurance(claims)),
        )

    def assurance(self, claims: Any) -> Assurance:
        return Assurance.PROVIDER_ASSERTED if claims.get("email_verified") is True else Assurance.UNVERIFIED


class GoodSimulator(Simulator):
    """One endpoint, one key set."""

    strategy = "kit-good"

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.issuer = IdTokenIssuer(clock, self.id_claims)
        self.id_tokens = self.issuer

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"app_id": APP_ID, "app_secret": SECRET, "api_url": base_url, "jwks_url": f"{base_url}/jwks"}

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/me", self._me, methods=["POST"]), Route("/jwks", self._jwks)]

    def samples(self) -> Sequence[Sample]:
        people = [
            Sample(
                name=f"good-{one.key}",
                about="",
                parameters=_sent("good", one),
                expected=ACCEPTED,
                claims=self.claims(one),
            )
            for one in PEOPLE
        ]
        ada = PEOPLE[0]
        minted = {"access_token": self.issuer.mint(ada)}
        return [
            *people,
            Sample(name="jwt", about="", parameters=minted, expected=ACCEPTED, claims=self.claims(ada)),
            Sample(name="dead", about="", parameters=_sent("dead", ada), expected="invalid_token"),
            Sample(name="foreign_app", about="", parameters=_sent("foreign", ada), expected="wrong_audience"),
        ]

    async def _me(self, request: Request) -> Response:
        if request.headers.get("x-secret") != self.settings("")["app_secret"]:
            return JSONResponse({}, 403)
        return self.answer(self.tokens(), (await request.body()).decode())

    def tokens(self) -> dict[str, tuple[str, Person]]:
        return {_sent(kind, one)["access_token"]: (kind, one) for kind in _KINDS for one in PEOPLE}

    def answer(self, tokens: dict[str, tuple[str, Person]], form: str) -> Response:
        kind, one = tokens.get(plain(parse_qs(form).get("access_token", [""])[0]), ("dead", PEOPLE[0]))
        if kind == "dead":
            return JSONResponse({}, 401)
        app_id = APP_ID if kind == "good" else FOREIGN_APP_ID
        return JSONResponse({**self.profile(one), "id": user_id(one), "app_id": app_id})

    def profile(self, one: Person) -> dict[str, Any]:
        return profile(one)

    def id_claims(self, one: Person, now: int) -> dict[str, Any]:
        times = {"iat": now, "exp": now + 3600}
        return {"iss": ISSUER, "aud": APP_ID, "sub": user_id(one), **times, **self.profile(one)}

    def subject(self, one: Person) -> str:
        return user_id(one)

    def claims(self, one: Person) -> dict[str, Any]:
        return {"sub": f"kit-good|{self.subject(one)}", "name": one.name}

    async def _jwks(self, request: Request) -> Response:
        return self.issuer.jwks_response()


_KINDS = ("good", "dead", "foreign")


def user_id(one: Person) -> str:
    """Return an id that suffers from being taken for a number, or for a word."""
    return f"00{one.number}Ab"


def profile(one: Person) -> dict[str, Any]:
    """Return what the provider says of somebody, but for the id."""
    picture = f"https://good.example/{one.key}.png" if one.has_picture else None
    mail = {} if one.email is None else {"email": one.email, "email_verified": True}
    return {"name": one.name, "screen_name": one.screen_name, "picture": picture, **mail}


def _sent(kind: str, one: Person) -> dict[str, str]:
    return {"access_token": f"kit-sim-{kind}-{one.key}"}


class GoodSuite(StrategyConformance):
    """The suite as a third party would have it."""

    strategy = Good
    simulator: ClassVar[type[Simulator]] = GoodSimulator
    payloads = Path(__file__).parent / "payloads"
    exemptions: ClassVar[Mapping[str, str]] = {
        "test_the_entry_point_brings_strategy_and_simulator": "the strategy stands in a test and is not installed"
    }
