"""Strategies that get everything right for providers that are unlike most: one for each trait, and one without."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from core.tests.testing.conformance.good import APP_ID, ISSUER, Good, GoodSimulator, GoodSuite
from pydantic import Field, SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from accredit import (
    Assurance,
    ConnectionSettings,
    Profile,
    SignedByUs,
    Strategy,
    Unbound,
    Verification,
)
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.settings import BaseUrl
from accredit.strategy import ProviderResponse, Trait, VerifyContext
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, Simulator
from accredit.testing.simulator.faults import plain
from accredit.testing.simulator.id_tokens import IdTokenIssuer
from accredit.text import text


def suite_of(strategy: type[Strategy[Any]], simulator: type[Simulator], *, payloads: str = "") -> type[GoodSuite]:
    """Return the suite of a strategy that stands in a test."""
    stated = {"strategy": strategy, "simulator": simulator, "payloads": GoodSuite.payloads / payloads, "exemptions": {}}
    return type(f"Suite{strategy.__name__}", (GoodSuite,), stated)


class OpaqueSettings(ConnectionSettings):
    """One app, and no key set."""

    app_id: str = Field(min_length=1)
    app_secret: SecretStr = SecretStr("")
    api_url: BaseUrl = "https://api.good.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class OpaqueSimulator(GoodSimulator):
    """Access tokens only."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.id_tokens = None

    def settings(self, base_url: str) -> dict[str, Any]:
        return {name: value for name, value in super().settings(base_url).items() if name != "jwks_url"}

    def samples(self) -> Sequence[Sample]:
        return [one for one in super().samples() if one.name != "jwt"]


# Whole numbers for ids, JSON in both directions, P-256 keys, "true" for true: nothing of it is a trait.


class Numbered(Good):
    """The user ids of its provider are numbers, and its ID tokens' flags are texts."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        body = {"access_token": token.reveal(), "about": {"app": self.settings.app_id}}
        return self.read(await ctx.http.post(f"{self.settings.api_url}/me", json=body))

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if response.status == 401:
            raise InvalidProviderToken("status 401")
        me = response.json_object() if response.status == 200 else {}
        if type(me.get("id")) is not int or not isinstance(me.get("app_id"), str):
            raise ProviderUnavailable("id or app_id is missing")
        return me

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        keys = self.settings.jwks_url
        id_token = await ctx.verify_id_token(token, jwks_url=keys, issuers=(ISSUER,), algorithms=("ES256",))
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)

    def assurance(self, claims: Any) -> Assurance:
        verified = claims.get("email_verified")
        return Assurance.PROVIDER_ASSERTED if verified is True or verified == "true" else Assurance.UNVERIFIED


class NumberedSimulator(GoodSimulator):
    """A provider of numbers. One of its people has an address that begins with her id."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.issuer = IdTokenIssuer(clock, self.id_claims, algorithm="ES256")
        self.id_tokens = self.issuer

    def id_claims(self, one: Person, now: int) -> dict[str, Any]:
        return {
            **self.profile(one),
            "iss": ISSUER,
            "aud": APP_ID,
            "sub": str(one.number),
            "iat": now,
            "exp": now + 3600,
        }

    def profile(self, one: Person) -> dict[str, Any]:
        mail = f"{one.number}+{one.screen_name}@users.good.example"
        return {"name": one.name, "screen_name": one.screen_name, "email": mail, "email_verified": "true"}

    def samples(self) -> Sequence[Sample]:
        people = {one.key: one for one in PEOPLE}
        return [
            replace(one, claims={"sub": f"kit-good|{people[key].number}", "email_verified": True})
            if one.expected == ACCEPTED and (key := one.name.removeprefix("good-").replace("jwt", "ada"))
            else one
            for one in super().samples()
        ]

    async def _me(self, request: Request) -> Response:
        body = json.loads(await request.body())
        return JSONResponse({}, 401) if body["about"] != {"app": APP_ID} else await self.answered(body)

    async def answered(self, body: Mapping[str, Any]) -> Response:
        response = self.answer(self.tokens(), urlencode({"access_token": body["access_token"]}))
        if response.status_code != 200:
            return response
        me = json.loads(bytes(response.body))
        (owner,) = (one for one in PEOPLE if one.name == me["name"])
        return JSONResponse({"app_id": me["app_id"], "id": owner.number, **self.profile(owner)})


# Traits


class Opaque(Good):
    """Access tokens only."""

    settings_type = OpaqueSettings
    accepts = frozenset({"access_token"})

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        raise InvalidProviderToken("no ID tokens here")


class UnboundStrategy(Opaque):
    """Nobody says for which app a token is."""

    traits: ClassVar[frozenset[Trait]] = frozenset({"unbound"})

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        me = await self.ask(token, ctx)
        return Verification(user_id=self.user_id(me), audience=Unbound("it does not say"), claims=me)

    def assurance(self, claims: Any) -> Assurance:
        return Assurance.UNVERIFIED


class UnboundSimulator(OpaqueSimulator):
    def samples(self) -> Sequence[Sample]:
        return [one for one in super().samples() if one.expected != "wrong_audience"]


class Composite(Good):
    """A user id is made of a team and of a number within it."""

    traits: ClassVar[frozenset[Trait]] = frozenset({"composite_ids"})

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        me = super().read(response)
        if not isinstance(me.get("team"), str) or not me["team"].isalnum():
            raise ProviderUnavailable("team is missing")
        return me

    def user_id(self, me: dict[str, Any]) -> str:
        return f"{me['team']}.{me['id']}"

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        team = verification.claims.get("team")
        if not isinstance(team, str) or not team.isalnum():
            raise InvalidProviderToken("team is missing")
        return replace(verification, user_id=f"{team}.{verification.user_id}")


class CompositeSimulator(GoodSimulator):
    team = "T0042"

    def profile(self, one: Person) -> dict[str, Any]:
        return {**super().profile(one), "team": self.team}

    def subject(self, one: Person) -> str:
        return f"{self.team}.{super().subject(one)}"


class Once(Opaque):
    """A credential is good once, as a code is. This provider names user and app where it takes one."""

    traits: ClassVar[frozenset[Trait]] = frozenset({"single_use"})


class OnceSimulator(OpaqueSimulator):
    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self._used: set[str] = set()
        self._numbers = itertools.count()

    def fresh(self, sample: Sample) -> Sample:
        code = f"{sample.parameters['access_token']}.{next(self._numbers)}"
        return replace(sample, parameters={**sample.parameters, "access_token": code})

    def answer(self, tokens: dict[str, tuple[str, Person]], form: str) -> Response:
        code = parse_qs(form).get("access_token", [""])[0]
        if code in self._used:
            return JSONResponse({}, 401)
        self._used.add(code)
        minted, dot, number = plain(code).partition(".")
        minted = "" if dot and not number.isdecimal() else minted
        return super().answer(tokens, urlencode({"access_token": minted}))


class Web(Good):
    """Access tokens by one call; ID tokens are signed with the app's secret."""

    settings_type: ClassVar[type[ConnectionSettings]] = OpaqueSettings
    traits: ClassVar[frozenset[Trait]] = frozenset({"hs256"})

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        secret = self.settings.app_secret
        id_token = await ctx.verify_id_token(token, secret=secret, issuers=(ISSUER,), algorithms=("HS256",))
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


class WebSimulator(GoodSimulator):
    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.issuer = IdTokenIssuer(clock, self.id_claims, secret="kit-app-secret-of-32-bytes-not-real")
        self.id_tokens = self.issuer

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"app_id": APP_ID, "app_secret": "kit-app-secret-of-32-bytes-not-real", "api_url": base_url}


class OfflineSettings(ConnectionSettings):
    """One app, and nobody to call."""

    app_id: str = Field(min_length=1)
    app_secret: SecretStr

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id})


class Offline(Web):
    """ID tokens alone, signed with the app's secret, so nobody is ever asked."""

    settings_type: ClassVar[type[ConnectionSettings]] = OfflineSettings
    accepts = frozenset({"id_token"})
    traits: ClassVar[frozenset[Trait]] = frozenset({"hs256", "makes_no_call"})

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if not token.is_jwt:
            raise InvalidProviderToken("no ID token")
        return await self.verify_jwt(token, ctx)


class OfflineSimulator(WebSimulator):
    """Its ID tokens are for a list of one."""

    def settings(self, base_url: str) -> dict[str, Any]:
        return {name: value for name, value in super().settings(base_url).items() if name != "api_url"}

    def id_claims(self, one: Person, now: int) -> dict[str, Any]:
        return {**super().id_claims(one, now), "aud": [APP_ID]}

    def samples(self) -> Sequence[Sample]:
        ada = PEOPLE[0]
        return [
            *(self._minted(f"good-{one.key}", one, ACCEPTED, claims=self.claims(one)) for one in PEOPLE),
            self._minted("expired", ada, "invalid_token", changes={"exp": int(self.clock())}),
            self._minted("theirs", ada, "wrong_audience", changes={"aud": "foreign"}),
        ]

    def _minted(
        self,
        name: str,
        one: Person,
        expected: str,
        *,
        claims: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Sample:
        parameters = {"access_token": self.issuer.mint(one, changes=changes)}
        return Sample(name=name, about="", parameters=parameters, expected=expected, claims=claims or {})


class SignedSettings(ConnectionSettings):
    """One bot."""

    bot_id: str = Field(min_length=1)
    bot_token: SecretStr

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.bot_id})


class Signed(Strategy[SignedSettings]):
    """What an app hands in is the profile itself, signed with our own bot's token. Nobody is asked."""

    name = "kit-good"
    settings_type: ClassVar[type[ConnectionSettings]] = SignedSettings
    accepts = frozenset({"access_token"})
    traits: ClassVar[frozenset[Trait]] = frozenset({"makes_no_call"})

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        bot_token = self.settings.bot_token.get_secret_value()
        payload, _, signature = token.reveal().partition(".")
        if not hmac.compare_digest(signature, signed(payload, bot_token)):
            raise InvalidProviderToken("the signature is not ours")
        fields = json.loads(base64.urlsafe_b64decode(payload))
        if not 0 <= ctx.clock() - fields["auth_date"] < 60 or type(fields["id"]) is not int:
            raise InvalidProviderToken("too old")
        return Verification(user_id=str(fields["id"]), audience=SignedByUs(bot_token.partition(":")[0]), claims=fields)

    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=text(verification.claims.get("name")))


def signed(payload: str, bot_token: str) -> str:
    """Return the signature over a payload, in hex."""
    return hmac.new(hashlib.sha256(bot_token.encode()).digest(), payload.encode(), hashlib.sha256).hexdigest()


class SignedSimulator(Simulator):
    strategy = "kit-good"
    bot_token = "4200:kit-bot-token-not-real"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"bot_id": "4200", "bot_token": self.bot_token}

    def routes(self) -> Sequence[BaseRoute]:
        return []

    def samples(self) -> Sequence[Sample]:
        ada = PEOPLE[0]
        stale, foreign = self.payload(ada, age_s=60), self.payload(ada, bot_token="4200:another-bot-token-not-real")
        return [
            *(
                Sample(
                    name=f"good-{one.key}",
                    about="",
                    parameters={"access_token": self.payload(one)},
                    expected=ACCEPTED,
                    claims={"sub": f"kit-good|{one.number}", "name": one.name},
                )
                for one in PEOPLE
            ),
            Sample(
                name="stale",
                about="",
                parameters={"access_token": stale},
                expected="invalid_token",
            ),
            Sample(
                name="theirs",
                about="another bot has signed it",
                parameters={"access_token": foreign},
                expected="invalid_token",
                is_foreign=True,
            ),
        ]

    def payload(self, one: Person, *, age_s: int = 0, bot_token: str | None = None) -> str:
        fields = {"id": one.number, "name": one.name, "auth_date": int(self.clock()) - age_s}
        payload = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
        return f"{payload}.{signed(payload, bot_token or self.bot_token)}"


SHAPES: Mapping[str, type[GoodSuite]] = {
    "full": suite_of(Numbered, NumberedSimulator),
    "full (unbound)": suite_of(UnboundStrategy, UnboundSimulator, payloads="unbound"),
    "full (composite_ids)": suite_of(Composite, CompositeSimulator),
    "full (single_use)": suite_of(Once, OnceSimulator),
    "full (hs256)": suite_of(Web, WebSimulator),
    "full (hs256, makes_no_call)": suite_of(Offline, OfflineSimulator),
    "full (makes_no_call)": suite_of(Signed, SignedSimulator, payloads="signed"),
}
"""Each level, with the suite of a strategy that reaches it."""
