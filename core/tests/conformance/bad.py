"""Strategies that get one thing wrong each: for every check, at least one that must fail it."""

import base64
import json
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
from core.tests.conformance.good import APP_ID, Good, GoodSettings, GoodSimulator, GoodSuite

from accredit import AppBound, Assurance, JwtAudience, Profile, ProviderToken, Unbound, Verification
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.http import ProviderResponse
from accredit.settings import BaseUrl
from accredit.strategy import VerifyContext
from accredit.testing import Sample
from accredit.text import text

BAD: dict[type[GoodSuite], tuple[str, ...]] = {}
"""Each suite of a bad strategy, with the checks it must fail."""

Class = type[Any]


def fails(*checks: str, simulator: type[GoodSimulator] = GoodSimulator) -> Callable[[Class], Class]:
    """State which checks a bad strategy must fail."""

    def note(strategy: Class) -> Class:
        suite = type(f"Suite{strategy.__name__}", (GoodSuite,), {"strategy": strategy, "simulator": simulator})
        BAD[suite] = tuple(f"test_{check}" for check in checks)
        return strategy

    return note


# Proofs of audience


@fails("another_apps_token_is_refused", "configured_ids_that_are_almost_right_accept_nothing")
class ProvesByItsSettings(Good):
    def app_id(self, me: dict[str, Any]) -> str:
        return self.settings.app_id


@fails("accepted_ids_are_compared_exactly", "every_audience_must_be_ours")
class ProvesWhatIsAccepted(Good):
    def app_id(self, me: dict[str, Any]) -> str:
        return next(iter(self.settings.accepted_audiences))

    async def verify_jwt(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        audience = JwtAudience(tuple(self.settings.accepted_audiences))
        return Verification(user_id=verification.user_id, audience=audience, claims=verification.claims)


class LenientSettings(GoodSettings):
    app_id: str | int = 0  # type: ignore[assignment]  # that is what is wrong with it
    other_app_id: str = ""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset(one for one in (self.app_id, self.other_app_id) if isinstance(one, str) and one)


class TwoApps(GoodSimulator):
    def settings(self, base_url: str) -> dict[str, Any]:
        return {**super().settings(base_url), "other_app_id": "other-app"}


@fails("a_connection_without_accepted_ids_does_not_start", "a_number_is_no_id", simulator=TwoApps)
class LeavesOutIdsThatAreNone(Good):
    settings_type = LenientSettings


class Unbinding(GoodSimulator):
    def settings(self, base_url: str) -> dict[str, Any]:
        return {**super().settings(base_url), "accept_unbound_tokens": True}


@fails("unbound_tokens_are_not_accepted_unless_asked_for", simulator=Unbinding)
class ProvesNothing(Good):
    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        verification = await super().verify(token, ctx)
        return Verification(user_id=verification.user_id, audience=Unbound("shrugs"), claims=verification.claims)


# ID tokens


class NoIdTokens(GoodSimulator):
    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.id_tokens = None

    def samples(self) -> Sequence[Sample]:
        return [one for one in GoodSimulator(clock=self.clock).samples() if one.name != "jwt"]


@fails("a_connection_with_a_key_set_has_simulated_id_tokens", simulator=NoIdTokens)
class HidesItsIdTokens(Good):
    pass


@fails("a_genuine_id_token_is_accepted")
class RefusesIdTokens(Good):
    async def verify_jwt(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        raise InvalidProviderToken("no ID tokens, please")


def decoded(token: ProviderToken) -> dict[str, Any]:
    """Read a JWT without verifying it."""
    for part in sorted(token.reveal().split("."), key=len, reverse=True):
        try:
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except ValueError:
            continue
        if isinstance(claims, dict) and "sub" in claims:
            return claims
    raise InvalidProviderToken("no JWT")


@fails(
    "an_unsigned_id_token_is_refused",
    "an_id_token_signed_with_the_public_key_is_refused",
    "an_id_token_cannot_bring_its_own_key",
    "times_are_checked",
    "a_subject_is_required",
    "only_the_issuer_is_the_issuer",
    "a_nonce_is_both_or_neither",
    "the_setting_nonce_is_obeyed",
    "another_kind_of_jwt_is_no_id_token",
    "an_id_token_is_no_access_token",
    "our_own_tokens_are_no_provider_tokens",
    "a_key_set_that_misbehaves_is_unavailable",
    "a_key_set_that_was_never_up_is_unavailable",
)
class TrustsEveryJwt(Good):
    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        if not token.reveal().startswith("ey"):
            return await super().verify(token, ctx)
        claims = decoded(token)
        return Verification(user_id=str(claims.get("sub")), audience=AppBound(APP_ID), claims=claims)


@fails("unknown_keys_are_no_flood", "a_key_set_that_is_down_is_served_stale", "rotated_keys_are_found")
class FetchesKeysEachTime(Good):
    async def verify_jwt(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        keys = await ctx.http.get(self.settings.jwks_url)
        if keys.status != 200:
            raise ProviderUnavailable("no keys")
        return await super().verify_jwt(token, ctx)


@fails("rotated_keys_are_found_whatever_the_clock_did")
class AgesKeysByTheClock(Good):
    fresh_until = 0.0

    async def verify_jwt(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        if ctx.clock() < self.fresh_until - 3600:
            raise InvalidProviderToken("the keys are from the future")
        type(self).fresh_until = ctx.clock() + 3600
        return await super().verify_jwt(token, ctx)


# Requests


@fails("a_token_is_never_more_than_a_token")
class TrimsTokens(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        return await super().ask(ProviderToken.of(token.reveal().strip()), ctx)


@fails("a_token_is_never_more_than_a_token")
class BuildsUrlsByHand(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        form = {"access_token": token.reveal()}
        return self.read(await ctx.http.post(f"{self.settings.api_url}/me?for={token.reveal()}", form=form))


# Providers


@fails(
    "a_provider_that_misbehaves_is_unavailable",
    "a_provider_that_cannot_be_reached_is_unavailable",
    "no_secret_is_left_behind_by_a_failure",
)
class BlamesTheToken(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().ask(token, ctx)
        except Exception as exc:
            raise InvalidProviderToken(f"{exc} for {token.reveal()}") from exc


@fails("only_declared_hosts_are_called")
class PhonesHome(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        with socket.socket() as phone:
            phone.connect_ex(("127.0.0.1", 1))
        return await super().ask(token, ctx)


@fails("only_declared_hosts_are_called")
class CallsAnotherHost(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        await ctx.http.get("https://telemetry.example/")
        return await super().ask(token, ctx)


@fails("only_declared_hosts_are_called", "nothing_in_the_request_moves_a_call_or_a_check")
class BringsItsOwnTransport(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        transport: Any = ctx.http._transport
        await transport.handle_async_request(httpx.Request("GET", "https://telemetry.example/"))
        return await super().ask(token, ctx)


@fails("every_call_is_in_the_audit_event")
class CallsPastTheRecord(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        transport: Any = ctx.http._transport
        await transport.handle_async_request(httpx.Request("GET", self.settings.jwks_url))
        return await super().ask(token, ctx)


class ClearSettings(GoodSettings):
    api_url: BaseUrl = "http://api.good.example"


@fails("provider_urls_must_be_https")
class CallsInTheClearByDefault(Good):
    settings_type = ClearSettings


# Identities


@fails("ids_are_the_providers_letter_for_letter", "every_sample_gets_its_verdict")
class LowercasesIds(Good):
    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"]).lower()


@fails("ids_of_another_form_stay_what_they_are")
class FloatsIds(Good):
    def user_id(self, me: dict[str, Any]) -> str:
        return str(int(float(me["id"]))) if me["id"].isdecimal() else str(me["id"])


@fails("ids_of_another_form_stay_what_they_are")
class DropsLeadingZeros(Good):
    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"]).lstrip("0") or "0"


@fails("a_renamed_user_stays_the_same_subject", "every_sample_gets_its_verdict")
class IdentifiesByName(Good):
    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["screen_name"])


@fails("two_answers_must_name_the_same_user")
class BelievesTheFirstAnswer(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        first = await super().ask(token, ctx)
        second = await super().ask(token, ctx)
        return {**second, "id": first["id"]}


@fails("another_user_than_the_hinted_one_is_refused")
class Forgets(Good):
    def user_id(self, me: dict[str, Any]) -> str:
        return f"somebody-{id(me)}"


# Addresses


@fails("an_address_is_verified_by_a_boolean_true_alone")
class TakesAnythingForTrue(Good):
    def assurance(self, claims: Any) -> Assurance:
        return Assurance.PROVIDER_ASSERTED if claims.get("email_verified") else Assurance.UNVERIFIED


@fails("an_address_is_verified_by_a_boolean_true_alone", "golden_payloads_become_exactly_their_profiles")
class TrustsEveryAddress(Good):
    def assurance(self, claims: Any) -> Assurance:
        return Assurance.AUTHORITATIVE


# Normalization


@fails("normalize_is_pure")
class EatsItsInput(Good):
    def normalize(self, verification: Verification) -> Profile:
        profile = super().normalize(verification)
        dict.pop(verification.claims, "screen_name", None)  # type: ignore[call-overload]  # a Mapping, which a strategy must not change
        return profile


@fails("normalize_is_pure")
class Counts(Good):
    count = 0

    def normalize(self, verification: Verification) -> Profile:
        type(self).count += 1
        return Profile(name=str(self.count))


@fails("normalize_is_pure")
class ReadsFiles(Good):
    def normalize(self, verification: Verification) -> Profile:
        with open("/dev/null"):
            return super().normalize(verification)


@fails("odd_fields_never_become_claims", "golden_payloads_become_exactly_their_profiles")
class BelievesInTypes(Good):
    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=verification.claims["name"].title(), nickname=verification.claims["screen_name"].strip())


class OwnProfile(Profile):
    def claims(self) -> dict[str, Any]:
        return {"name": "", **super().claims()}


@fails("no_claim_is_empty", "our_own_endpoints_accept_what_is_issued")
class BringsItsOwnProfile(Good):
    def normalize(self, verification: Verification) -> Profile:
        return OwnProfile(name=text(verification.claims.get("name")))


class UncleanProfile(Profile):
    def __post_init__(self) -> None:
        """Let everything through."""


@fails("hostile_text_never_becomes_a_claim")
class LetsEverythingThrough(Good):
    def normalize(self, verification: Verification) -> Profile:
        return UncleanProfile(name=text(verification.claims.get("name")), picture=verification.claims.get("picture"))


@fails("hostile_text_never_becomes_a_claim", "our_own_endpoints_accept_what_is_issued")
class RefusesStrangeNames(Good):
    def normalize(self, verification: Verification) -> Profile:
        if not str(verification.claims.get("name")).isprintable():
            raise ValueError("a strange name")
        return super().normalize(verification)


@fails("what_people_write_stays")
class KeepsWhatIsPrintable(Good):
    def normalize(self, verification: Verification) -> Profile:
        name = text(verification.claims.get("name")) or ""
        return replace(super().normalize(verification), name="".join(filter(str.isprintable, name)))


@fails("odd_fields_never_become_claims")
class PadsNames(Good):
    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=f" {verification.claims.get('name')}")


# Secrets


@fails("no_secret_is_left_behind")
class LogsTokens(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        logging.getLogger("kit.bad").debug("asking about %s", token.reveal())
        return await super().ask(token, ctx)


@fails("no_secret_is_left_behind")
class PrintsSecrets(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        print(self.settings.app_secret.get_secret_value())  # noqa: T201 - what an author must not do
        return await super().ask(token, ctx)


@fails("no_secret_is_left_behind")
class QuotesTokens(Good):
    def read(self, response: ProviderResponse) -> dict[str, Any]:
        return super().read(response)

    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().ask(token, ctx)
        except InvalidProviderToken:
            raise InvalidProviderToken(f"{token.reveal()} is dead") from None


class PlainSecretSettings(GoodSettings):
    app_secret: str = ""  # type: ignore[assignment]  # what an author must not do


@fails("settings_and_strategy_show_no_secret")
class ShowsItsSecret(Good):
    settings_type = PlainSecretSettings

    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        form = {"access_token": token.reveal()}
        return self.read(await ctx.http.post(f"{self.settings.api_url}/me", form=form))


# Verdicts


@fails("verdicts_do_not_depend_on_order")
class Remembers(Good):
    seen: frozenset[str] = frozenset()

    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        if token.reveal() in self.seen:
            raise InvalidProviderToken("used before")
        type(self).seen |= {token.reveal()}
        return await super().verify(token, ctx)


@fails("verdicts_do_not_depend_on_what_runs_beside")
class SharesState(Good):
    async def ask(self, token: ProviderToken, ctx: VerifyContext) -> dict[str, Any]:
        self.me = await super().ask(token, ctx)
        await ctx.http.post(f"{self.settings.api_url}/me", form={"access_token": token.reveal()})
        return self.me


class TooFew(GoodSimulator):
    def samples(self) -> Sequence[Sample]:
        return super().samples()[:-1]


@fails("samples_cover_the_verdicts", simulator=TooFew)
class HasNoForeignSample(Good):
    pass


class OnePerson(GoodSimulator):
    def samples(self) -> Sequence[Sample]:
        return [one for one in super().samples() if "good-" not in one.name or one.name == "good-ada"]


@fails("samples_cover_the_verdicts", simulator=OnePerson)
class KnowsOnePerson(Good):
    pass


@fails("a_denial_holds_for_every_kind_of_token", "every_sample_gets_its_verdict")
class IsAlwaysDown(Good):
    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        raise ProviderUnavailable("never up")


@fails("the_entry_point_brings_strategy_and_simulator")
class IsNotInstalled(Good):
    pass


@fails("email_verified_says_what_the_assurance_says", "malformed_requests_never_reach_the_provider")
class AcceptsNobody(Good):
    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        raise InvalidProviderToken("never good")
