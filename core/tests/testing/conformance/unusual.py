"""Right strategies for providers that part from the usual in one thing: no trait says so, and no check may mind."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs

from core.tests.testing.conformance.good import FOREIGN_APP_ID, ISSUER, Good, GoodSimulator
from core.tests.testing.conformance.shapes import Opaque, OpaqueSettings, OpaqueSimulator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit import JwtAudience, Verification
from accredit.credentials import AccessToken, Credential, IdToken
from accredit.errors import InvalidProviderToken, ProviderUnavailable, WrongAudience
from accredit.settings import ConnectionSettings
from accredit.strategy import ProviderResponse, Trait, VerifyContext
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample
from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.simulator.faults import plain
from accredit.testing.simulator.id_tokens import IdTokenIssuer


class Tenanted(Good):
    """A user is an object of a tenant; `sub` says something else, as Microsoft's does."""

    accepts = frozenset({"id_token"})
    traits: ClassVar[frozenset[Trait]] = frozenset({"composite_ids"})

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if not token.is_jwt:
            raise InvalidProviderToken("no ID token")
        verification = await self.verify_jwt(token, ctx)
        parts = [verification.claims.get(name) for name in ("tid", "oid")]
        if not all(isinstance(part, str) and part.isalnum() and part.isascii() for part in parts):
            raise InvalidProviderToken("tid or oid is missing")
        return replace(verification, user_id=".".join(map(str, parts)))


class TenantedSimulator(GoodSimulator):
    def id_claims(self, one: Person, now: int) -> dict[str, Any]:
        return {**super().id_claims(one, now), "sub": f"pairwise-{one.key}", "tid": "T0042", "oid": f"00{one.number}Ab"}

    def samples(self) -> Sequence[Sample]:
        ada = PEOPLE[0]
        kinds: Sequence[tuple[str, Person, str, dict[str, object]]] = [
            *(("good", one, ACCEPTED, {}) for one in PEOPLE),
            ("expired", ada, InvalidProviderToken.reason, {"exp": int(self.clock())}),
            ("theirs", ada, WrongAudience.reason, {"aud": FOREIGN_APP_ID}),
        ]
        return [
            Sample(
                name=f"{kind}-{one.key}",
                about="",
                parameters={"access_token": self.issuer.mint(one, changes=changes)},
                expected=expected,
            )
            for kind, one, expected, changes in kinds
        ]


class Asked(Good):
    """ID tokens are JWTs, and the provider verifies them: there is no key set."""

    settings_type: ClassVar[type[ConnectionSettings]] = OpaqueSettings

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        response = await ctx.http.post(f"{self.settings.api_url}/verify", form={"id_token": token.reveal()})
        if response.status == 400 and response.body == b"{}":
            raise InvalidProviderToken("status 400")
        said = response.json_object() if response.status == 200 else {}
        if not isinstance(said.get("sub"), str) or not isinstance(said.get("aud"), str):
            raise ProviderUnavailable("sub or aud is missing")
        ctx.check_nonce(said.get("nonce"))
        return Verification(user_id=said["sub"], audience=JwtAudience((said["aud"],)), claims=said)


class AskedSimulator(GoodSimulator):
    """Verifies what it has minted."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.issuer = IdTokenIssuer(clock, self.id_claims, secret="the-provider-keeps-this-to-itself")
        self.id_tokens = None

    def settings(self, base_url: str) -> dict[str, Any]:
        return {name: value for name, value in super().settings(base_url).items() if name != "jwks_url"}

    def routes(self) -> Sequence[BaseRoute]:
        return [*super().routes(), Route("/verify", self._verify, methods=["POST"])]

    async def _verify(self, request: Request) -> Response:
        token = plain(parse_qs((await request.body()).decode()).get("id_token", [""])[0])
        if token not in {self.issuer.mint(one) for one in PEOPLE}:
            return JSONResponse({}, 400)
        return JSONResponse(payload_of(token))

    def id_claims(self, one: Person, now: int) -> dict[str, Any]:
        return {**super().id_claims(one, now), "iat": 1_600_000_000, "exp": 4_000_000_000}


class Paired(Opaque):
    """A credential is a token and its user's id; the provider says whether they belong together, as WeChat does."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        value, _, owner = token.reveal().rpartition(":")
        me = await super().ask(AccessToken.of(value), ctx) if value else {}
        if me.get("id") != owner:
            raise InvalidProviderToken("the token is another user's")
        return me


class PairedSimulator(OpaqueSimulator):
    def samples(self) -> Sequence[Sample]:
        people = {one.key: one for one in PEOPLE}
        return [
            replace(one, parameters={"access_token": f"{token}:{self.subject(people[token.rpartition('-')[2]])}"})
            for one in super().samples()
            for token in [one.parameters["access_token"]]
        ]

    def marked(self, token: str, fault: str) -> str:
        value, colon, owner = token.partition(":")
        return f"{value}~{fault}{colon}{owner}"


class Redeems(Good):
    """What an app hands in is no ID token, but what one is given out for, as for a code."""

    accepts = frozenset({"access_token"})

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        redeemed = (await self.ask(token, ctx)).get("id_token")
        if not isinstance(redeemed, str):
            raise ProviderUnavailable("id_token is missing")
        return await self.verify_jwt(IdToken.of(redeemed), ctx)

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if response.status == 401:
            raise InvalidProviderToken("status 401")
        return response.json_object()


class RedeemsSimulator(GoodSimulator):
    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.id_tokens = None

    def samples(self) -> Sequence[Sample]:
        return [one for one in super().samples() if one.name != "jwt"]

    def answer(self, tokens: dict[str, tuple[str, Person]], form: str) -> Response:
        kind, one = tokens.get(plain(parse_qs(form).get("access_token", [""])[0]), ("dead", PEOPLE[0]))
        if kind == "dead":
            return JSONResponse({}, 401)
        changes = {} if kind == "good" else {"aud": FOREIGN_APP_ID}
        return JSONResponse({"id_token": self.issuer.mint(one, changes=changes), "expires_in": 3600})


# Wrong ones of the same shapes.


class BelievesWhatItRedeems(Redeems):
    """Reads the ID token of an answer without its signature."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        said = payload_of(token.reveal())
        return Verification(user_id=said["sub"], audience=JwtAudience((said["aud"],)), claims=said)


class TakesAddressesForParts(Tenanted):
    """An address is a part of the id: whoever gets it next becomes that user."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify(token, ctx)
        claims = verification.claims
        return replace(verification, user_id=f"{claims['tid']}.{claims['email']}")


class TakesEverySubject(Good):
    """Takes whatever `sub` holds, with blanks and bars made into something else."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        id_token = await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,))
        user_id = id_token.subject.replace(" ", "_").replace("|", "_")
        return Verification(user_id=user_id, audience=id_token.audience, claims=id_token.claims)


class AsksNobody(Asked):
    """Reads the ID token, and believes it."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        said = payload_of(token.reveal())
        ctx.check_nonce(said.get("nonce"))
        return Verification(user_id=said["sub"], audience=JwtAudience((said["aud"],)), claims=said)


class DoesNotListen(AsksNobody):
    """Asks the provider, and believes the ID token."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.post(f"{self.settings.api_url}/verify", form={"id_token": token.reveal()})
        return await super().verify_jwt(token, ctx)
