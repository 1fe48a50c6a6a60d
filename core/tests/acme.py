"""Two fake strategies and the provider behind them, in memory."""

import functools
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

import httpx
from pydantic import SecretStr

from accredit import (
    AppBound,
    Assurance,
    ConnectionSettings,
    Email,
    Profile,
    SignedByUs,
    Strategy,
    Verification,
    VerifyContext,
    hookimpl,
)
from accredit.credentials import AccessToken, Credential
from accredit.errors import InvalidNotice, InvalidProviderToken, MissingParameter
from accredit.keys.jose import SigningKey
from accredit.notices import (
    Notice,
    NoticeAnswer,
    NoticeEvent,
    NoticeRequest,
    confirmation_code,
    form_fields,
    is_confirmation_code,
    json_object,
)
from accredit.settings import BaseUrl, HttpsUrl, Names
from accredit.strategy import UserIdScope
from accredit.text import email_address, text

API_URL = "https://api.acme.example"
JWKS_URL = "https://keys.acme.example/jwks"
ISSUER = "https://acme.example"
NOTICE_SECRET = b"acme-app-secret"

ADA: Mapping[str, Any] = {
    "app": "acme-app",
    "id": "1000",
    "name": "Ada Lovelace",
    "given_name": "Ada",
    "picture": "https://acme.example/ada.png",
    "email": "ada@example.com",
    "city": "London",
}


class AcmeSettings(ConnectionSettings):
    """`app_ids` are ours; `app_secret` travels with every call."""

    app_ids: Names
    app_secret: SecretStr = SecretStr("acme-app-secret")
    api_url: BaseUrl = API_URL
    jwks_url: HttpsUrl = JWKS_URL

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset(self.app_ids)


class Acme(Strategy[AcmeSettings]):
    """Bearer tokens by one call, ID tokens by published keys; it tells of its own accord, signed by our secret."""

    name = "acme"
    settings_type = AcmeSettings
    user_id_scope: ClassVar[UserIdScope] = "global"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if token.is_jwt:
            id_token = await ctx.verify_id_token(
                token, jwks_url=self.settings.jwks_url, issuers={ISSUER}, algorithms=("ES256",)
            )
            return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)
        params = {"access_token": token.reveal(), "app_secret": self.settings.app_secret.get_secret_value()}
        answer = await ctx.http.get(f"{self.settings.api_url}/me", params=params)
        if answer.status == 401:
            raise InvalidProviderToken("status 401")
        me = answer.json_object()
        return Verification(user_id=me["id"], audience=AppBound(me["app"]), claims=me)

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Read JSON with `id`, `app`, and `events` of kind and user, with a MAC in a header; by GET in the query."""
        told = request.body if request.method == "POST" else form_fields(request.query)["notice"].encode()
        if not hmac.compare_digest(
            request.header("x-acme-mac").encode(), hmac.new(NOTICE_SECRET, told, "sha256").hexdigest().encode()
        ):
            raise InvalidNotice("wrong mac")
        said = json_object(told)
        events = tuple(NoticeEvent(kind, user) for kind, user in said["events"])
        answer = NoticeAnswer(204)
        if "code" in said:
            code = confirmation_code(NOTICE_SECRET, said["code"])
            answer = NoticeAnswer.json({"url": request.status_url(code), "confirmation_code": code})
        return Notice(audience=(said.get("app", "acme-app"),), events=events, id=said.get("id"), answer=answer)

    def confirms(self, code: str) -> bool:
        return is_confirmation_code(NOTICE_SECRET, code)

    def normalize(self, verification: Verification) -> Profile:
        claims = verification.claims
        address = email_address(claims.get("email"))
        return Profile(
            name=text(claims.get("name")),
            given_name=text(claims.get("given_name")),
            picture=text(claims.get("picture")),
            address=text(claims.get("city")),
            email=None if address is None else Email(address, Assurance.UNVERIFIED),
        )


class GlobexSettings(ConnectionSettings):
    """One consumer key."""

    consumer_key: str
    api_url: BaseUrl = "https://api.globex.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.consumer_key})


class Globex(Strategy[GlobexSettings]):
    """Needs a token secret, as OAuth 1.0a does."""

    name = "globex"
    settings_type = GlobexSettings

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if not isinstance(token, AccessToken) or token.secret is None:
            raise MissingParameter("access_token_secret")
        form = {"token": token.reveal(), "secret": token.secret.get_secret_value()}
        answer = await ctx.http.post(f"{self.settings.api_url}/verify", form=form)
        me = answer.json_object()
        return Verification(user_id=me["id"], audience=SignedByUs(self.settings.consumer_key), claims=me)

    def normalize(self, verification: Verification) -> Profile:
        return Profile(nickname=text(verification.claims.get("screen_name")))


def acme_that(verify: Callable[[Credential, VerifyContext], Awaitable[Any]]) -> type[Acme]:
    """Return an Acme whose `verify` is the given coroutine function."""

    class Scripted(Acme):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            verification: Verification = await verify(token, ctx)
            return verification

    return Scripted


def acme_raising(error: BaseException) -> type[Acme]:
    """Return an Acme whose `verify` raises."""

    async def verify(_: Credential, __: VerifyContext) -> None:
        raise error

    return acme_that(verify)


def acme_returning(verification: object) -> type[Acme]:
    """Return an Acme whose `verify` returns anything at all."""

    async def verify(_: Credential, __: VerifyContext) -> object:
        return verification

    return acme_that(verify)


class Brings:
    """A plugin that brings strategies."""

    def __init__(self, *classes: type[Strategy[Any]]) -> None:
        self._classes = classes

    @hookimpl
    def strategies(self) -> tuple[type[Strategy[Any]], ...]:
        return self._classes


@functools.cache
def _provider_key() -> SigningKey:
    return SigningKey.generate("ES256")


def answer(status: int, body: object, **headers: str) -> httpx.Response:
    """Return an answer as it comes off a network: not read yet."""
    stream = httpx.ByteStream(json.dumps(body).encode())
    return httpx.Response(status, headers={"content-type": "application/json", **headers}, stream=stream)


class Provider(httpx.AsyncBaseTransport):
    """Every provider at once: a transport that answers from dictionaries, and remembers each request."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.people: dict[str, Mapping[str, Any]] = {"good-token": ADA, "foreign-token": {**ADA, "app": "their-app"}}
        self.key = _provider_key()
        self.error: Exception | None = None
        self.answer: httpx.Response | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.error is not None:
            raise self.error
        if self.answer is not None:
            return self.answer
        if request.url.path == "/jwks":
            return answer(200, {"keys": [self.key.public_jwk()]})
        if request.url.path == "/verify":
            return answer(200, {"id": "77", "screen_name": "hank"})
        person = self.people.get(request.url.params["access_token"])
        return answer(401, {}) if person is None else answer(200, person)
