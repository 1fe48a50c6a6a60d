"""What a provider tells, believed of anybody, twice, or not at all."""

import asyncio
import hmac
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.tests.testing.conformance.good import ISSUER, SECRET, Good, GoodSettings
from core.tests.testing.conformance.noticing import FOREIGN_SECRET, LEFT, Noticing, NoticingSimulator, signed
from core.tests.testing.conformance.wrong import fails
from pydantic import SecretStr

from accredit.errors import InvalidNotice, ProviderTokenRejected, ProviderUnavailable
from accredit.notices import Notice, NoticeEvent, NoticeRequest
from accredit.strategy import VerifyContext
from accredit.testing import NoticeSample
from accredit.testing.conformance.attacks.jwts import payload_of

HAVE_SAMPLES = "notices_have_samples"
GENUINE = "a_genuine_notice_is_read"
PROOF = "a_notice_without_the_providers_proof_is_refused"
FOREIGN = "a_notice_for_another_app_is_refused"
NO_NOTICE = "what_is_no_notice_is_refused_and_nothing_fails"
AGAIN = "a_notice_that_comes_again_has_no_second_effect"
OUTAGE = "an_outage_is_no_verdict_on_a_notice"
BEHIND = "notices_leave_nothing_behind"


class Silent(NoticingSimulator):
    """A simulator of a provider that tells nothing."""

    def notices(self) -> Sequence[NoticeSample]:
        return []


class AtHome(NoticingSimulator):
    """A simulator without another app."""

    def notices(self) -> Sequence[NoticeSample]:
        return [one for one in super().notices() if not one.is_foreign]


class Namesakes(NoticingSimulator):
    """A simulator of which two notices cannot be told apart."""

    def notices(self) -> Sequence[NoticeSample]:
        return [*super().notices(), signed("left", [])]


class SaysOneThing(NoticingSimulator):
    """A simulator whose provider has but one thing to tell."""

    def notices(self) -> Sequence[NoticeSample]:
        return [one for one in super().notices() if one.is_foreign or one.name == "left"]


class SaysNothing(NoticingSimulator):
    """A simulator in which nothing ever happens."""

    def notices(self) -> Sequence[NoticeSample]:
        return [signed("nothing", []), signed("no-more", []), *(one for one in super().notices() if one.is_foreign)]


@fails(HAVE_SAMPLES, simulator=Silent)
class IsToldNothing(Noticing):
    """Nobody can try whether it is deceived."""


@fails(HAVE_SAMPLES, simulator=AtHome)
class IsToldOfUsAlone(Noticing):
    """Nobody can try whether it takes other apps' notices."""


@fails(HAVE_SAMPLES, simulator=Namesakes)
class IsToldByNamesakes(Noticing):
    """Which of the two is it that fails?"""


@fails(HAVE_SAMPLES, simulator=SaysOneThing)
class IsToldOneThing(Noticing):
    """Nobody can try whether it takes one notice's signature for another's."""


@fails(HAVE_SAMPLES, simulator=SaysNothing)
class IsToldOfNoEvent(Noticing):
    """Whatever it reads of an event, nobody looks at it."""


@fails(HAVE_SAMPLES, simulator=NoticingSimulator)
class ReadsNone(Noticing):
    """The provider tells, and nobody listens."""

    read_notice = Good.read_notice


@fails(GENUINE)
class TakesOneForAnother(Noticing):
    """A user who removes the app is said to have lost the account."""

    def events(self, users: Sequence[str]) -> tuple[NoticeEvent, ...]:
        return tuple(NoticeEvent("account_deleted", one.user_id) for one in super().events(users))


@fails(GENUINE)
class TellsTheFirstAlone(Noticing):
    """Of two who have left, one stays logged in."""

    def events(self, users: Sequence[str]) -> tuple[NoticeEvent, ...]:
        return super().events(users)[:1]


@fails(GENUINE)
class NamesNobodyOfOurs(Noticing):
    """Users have other ids in notices than in logins."""

    def events(self, users: Sequence[str]) -> tuple[NoticeEvent, ...]:
        return super().events([one.lower() for one in users])


@fails(GENUINE)
class DropsFacts(Noticing):
    """What the provider says beside it is lost."""

    def events(self, users: Sequence[str]) -> tuple[NoticeEvent, ...]:
        return tuple(NoticeEvent(one.kind, one.user_id) for one in super().events(users))


@fails(GENUINE)
class RefusesAll(Noticing):
    """It is safe, and of no use."""

    def check_mac(self, request: NoticeRequest) -> None:
        raise InvalidNotice("no")


@fails(PROOF)
class TakesUnsigned(Noticing):
    """What has no signature has no wrong one."""

    def check_mac(self, request: NoticeRequest) -> None:
        if request.header("x-good-mac"):
            super().check_mac(request)


@fails(PROOF)
class ComparesTheBeginning(Noticing):
    """A signature that is long enough is taken for a whole one."""

    def check_mac(self, request: NoticeRequest) -> None:
        shown = request.header("x-good-mac")
        if len(shown) < 8 or not self.mac(request.body).startswith(shown[:8]):
            raise InvalidNotice("wrong signature")


@fails(PROOF)
class TakesAnotherNoticesSignature(Noticing):
    """Whoever has one notice can write another one."""

    def check_mac(self, request: NoticeRequest) -> None:
        signatures = {one.proof for one in NoticingSimulator(clock=lambda: 0).notices()[:2]}
        if request.header("x-good-mac") not in signatures:
            raise InvalidNotice("wrong signature")


@fails(PROOF)
class HasTheSecretBuiltIn(Noticing):
    """Whatever secret is set, the one it was written with is good."""

    def mac(self, body: bytes) -> str:
        return hmac.new(SECRET.encode(), body, "sha256").hexdigest()


class LooseSettings(GoodSettings):
    """An app that need not have a secret."""

    app_secret: SecretStr | None = None  # type: ignore[assignment]  # wider on purpose: that is the mistake


@fails(PROOF)
class TrustsAllWithoutASecret(Noticing):
    """An operator who has set none is told whatever anybody likes."""

    settings_type = LooseSettings

    def check_mac(self, request: NoticeRequest) -> None:
        if self.settings.app_secret is not None:
            super().check_mac(request)


@fails(PROOF)
class VerifiesNoToken(Noticing):
    """A token is read, and not looked at."""

    async def read_token(self, token: str, ctx: VerifyContext) -> Notice:
        try:
            said = payload_of(token)
            return Notice(id=said["jti"], audience=(said["aud"],), events=self.events([said["events"][LEFT]["user"]]))
        except (ValueError, KeyError, IndexError, TypeError):
            raise InvalidNotice("no token") from None


@fails(PROOF)
class TakesAnIdToken(Noticing):
    """Every app that a user logs in to has a token which says that the user has left."""

    async def read_token(self, token: str, ctx: VerifyContext) -> Notice:
        try:
            return await super().read_token(token, ctx)
        except ProviderTokenRejected:
            login = await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,))
            return Notice(id=token, audience=login.audience.aud, events=self.events([login.subject]))


@fails(FOREIGN)
class IsMeantByAll(Noticing):
    """What the provider has signed is taken to be for us."""

    def audience(self, named: tuple[str, ...]) -> tuple[str, ...]:
        return (self.settings.app_id,)


@fails(FOREIGN)
class KnowsTheOthersSecret(Noticing):
    """Two apps of one company, and a strategy that keeps both secrets."""

    def check_mac(self, request: NoticeRequest) -> None:
        others = hmac.new(FOREIGN_SECRET.encode(), request.body, "sha256").hexdigest()
        if request.header("x-good-mac") != others:
            super().check_mac(request)


@fails(NO_NOTICE)
class TakesAnyMethod(Noticing):
    """A link that a browser follows is a notice, too."""

    def check_method(self, request: NoticeRequest) -> None:
        pass

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        if request.method == "GET":
            return Notice(audience=(self.settings.app_id,))
        return await super().read_notice(request, ctx)


@fails(NO_NOTICE)
class SignsWhatItHasRead(Noticing):
    """What stands twice is signed once, and the next one who reads it takes the other."""

    def mac(self, body: bytes) -> str:
        return super().mac(json.dumps(self.said(body)).encode())

    def said(self, body: bytes) -> Mapping[str, Any]:
        try:
            return dict(json.loads(body))
        except (ValueError, TypeError, RecursionError):
            raise InvalidNotice("no JSON object") from None


@fails(NO_NOTICE)
class ReadsBeforeItVerifies(Noticing):
    """Whatever anybody writes goes through a parser that raises what it likes."""

    def check_mac(self, request: NoticeRequest) -> None:
        json.loads(request.body)
        super().check_mac(request)


@fails(PROOF)
class ComparesTexts(Noticing):
    """A letter that is not ASCII is an exception of the comparison's own."""

    def check_mac(self, request: NoticeRequest) -> None:
        if not hmac.compare_digest(request.header("x-good-mac"), self.mac(request.body)):
            raise InvalidNotice("wrong signature")


@fails(PROOF, NO_NOTICE)
class BlamesTheProvider(Noticing):
    """A forgery is told as an outage, and an alert wakes somebody."""

    def check_mac(self, request: NoticeRequest) -> None:
        try:
            super().check_mac(request)
        except InvalidNotice:
            raise ProviderUnavailable("wrong signature") from None


@fails(PROOF)
class QuotesTheSignature(Noticing):
    """The log says which signature it was, and which would have been right."""

    def check_mac(self, request: NoticeRequest) -> None:
        try:
            super().check_mac(request)
        except InvalidNotice:
            raise InvalidNotice(f"wrong signature, not {self.mac(request.body)}") from None


class AllRepeatable(NoticingSimulator):
    """A simulator that says of no notice what tells it from another."""

    def notices(self) -> Sequence[NoticeSample]:
        return [replace(one, is_repeatable=True) for one in super().notices()]


@fails(AGAIN, simulator=AllRepeatable)
class IsSaidToRepeat(Noticing):
    """Nobody would find out if one day it had no ids any more."""


@fails(AGAIN)
class KnowsNoIds(Noticing):
    """Each replay ends a user's sessions again."""

    def notice_id(self, said: Mapping[str, Any], request: NoticeRequest) -> str | None:
        return None


@fails(AGAIN)
class HasOneIdForAll(Noticing):
    """The second notice is taken for the first."""

    def notice_id(self, said: Mapping[str, Any], request: NoticeRequest) -> str | None:
        return "notice"


@fails(AGAIN)
class TakesTheIdOfAHeader(Noticing):
    """The id is not signed: whoever sends it again chooses a new one."""

    def notice_id(self, said: Mapping[str, Any], request: NoticeRequest) -> str | None:
        return f"{said['id']} {request.header('x-kit')}"


@fails(AGAIN)
class ForgetsTooSoon(Noticing):
    """An id is forgotten within a day, and what it belongs to is believed for ever."""

    def replayable_s(self) -> int:
        return 3_600


@fails(OUTAGE)
class TakesAnOutageForAForgery(Noticing):
    """While the keys cannot be fetched, the provider hears that its notices are wrong, and sends them no more."""

    async def read_token(self, token: str, ctx: VerifyContext) -> Notice:
        try:
            return await super().read_token(token, ctx)
        except ProviderUnavailable:
            raise InvalidNotice("cannot be verified") from None


@fails(OUTAGE)
class BelievesWithoutKeys(Noticing):
    """While the keys cannot be fetched, whatever has the form of a token is good."""

    async def read_token(self, token: str, ctx: VerifyContext) -> Notice:
        try:
            return await super().read_token(token, ctx)
        except ProviderUnavailable:
            return Notice(audience=(self.settings.app_id,))


@fails(BEHIND)
class Remembers(Noticing):
    """The last body stays in memory."""

    last: bytes = b""

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        type(self).last = request.body
        return await super().read_notice(request, ctx)


@fails(BEHIND)
class HasAWayOfItsOwn(Noticing):
    """It opens a socket beside the context."""

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        socket.socket().close()
        return await super().read_notice(request, ctx)


@fails(BEHIND)
class GoesOn(Noticing):
    """A task is left behind by each notice."""

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        self.task = asyncio.create_task(asyncio.sleep(60))
        return await super().read_notice(request, ctx)


@fails(GENUINE, BEHIND)
class CallsAStranger(Noticing):
    """It asks somebody whom no setting names."""

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        await ctx.http.get("https://stranger.example/keys")
        return await super().read_notice(request, ctx)
