"""What is no word of the provider's, taken for a yes or a no."""

from typing import Any

from core.tests.testing.conformance.inspected import OUR_APP, Inspected
from core.tests.testing.conformance.wrong import fails

from accredit import AppBound, Verification
from accredit.credentials import Credential
from accredit.errors import ExchangeError, InvalidProviderToken, ProviderUnavailable, UnlistedRefusal
from accredit.strategy import ProviderResponse, VerifyContext


class Forgiving(Inspected):
    """Goes on without the binding call where `forgives` says so: the profile says who it is, and the app is ours."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return True

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except ProviderUnavailable as error:
            if not self.forgives(error):
                raise
            me = await self.profile(token, ctx)
            return {"client_id": OUR_APP, "sub": me["id"], "exp": int(ctx.clock()) + 3600}


@fails("no_outage_lets_a_refused_token_in")
class TakesAnOutageForAYes(Forgiving):
    """Another app's token logs in while the binding call is down, whatever is the matter with it."""


@fails("no_outage_lets_a_refused_token_in")
class TakesATimeOutForAYes(Forgiving):
    """Another app's token logs in while the binding call is slow."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "ReadTimeout" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class TakesSilenceForAYes(Forgiving):
    """Another app's token logs in where our own time is over before the binding call has answered."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return error.detail == "call timed out"


@fails("no_outage_lets_a_refused_token_in")
class TakesTooMuchForAYes(Forgiving):
    """Another app's token logs in where the answer is too long to be read."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "bytes" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class TakesAnUnlistedErrorForAYes(Inspected):
    """An error that no table lists is no answer that says yes."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except UnlistedRefusal:
            me = await self.profile(token, ctx)
            return {"client_id": OUR_APP, "sub": me["id"], "exp": int(ctx.clock()) + 3600}


@fails("no_outage_lets_a_refused_token_in")
class TakesAResetForAYes(Forgiving):
    """Another app's token logs in while the binding call's connection is reset."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "ReadError" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class TakesARedirectForAYes(Forgiving):
    """Another app's token logs in while the binding call is redirected."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "redirect" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class TakesAWebPageForAYes(Forgiving):
    """Another app's token logs in while a firewall answers with a page."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "not JSON" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class TakesALimitForAYes(Forgiving):
    """Another app's token logs in once our quota is used up, which anybody can bring about."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "429" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class TakesAnEmptyObjectForAYes(Inspected):
    """What the answer does not say is taken for what it should say."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        info = await self.post("/introspect", {"token": token.reveal()}, ctx)
        if not info:
            me = await self.profile(token, ctx)
            return {"client_id": OUR_APP, "sub": me["id"], "exp": int(ctx.clock()) + 3600}
        self.check_active(info)
        self.check_times(info, ctx)
        return info


@fails("no_outage_lets_a_refused_token_in")
class TakesANullForAYes(Forgiving):
    """`null` is no object, and no refusal either."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "not a JSON object" in error.detail


@fails("no_outage_lets_a_refused_token_in")
class ForgivesAMissingProfile(Inspected):
    """The profile says who is suspended: without it a suspended user logs in."""

    async def profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().profile(token, ctx)
        except ProviderUnavailable:
            return {}

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        if me:
            super().check_profile(me, info)


@fails("no_outage_lets_a_refused_token_in")
class TakesAnUnheardOfStatusForAYes(Forgiving):
    """A 4xx that nobody listed is an answer, so the token must be good."""

    def forgives(self, error: ProviderUnavailable) -> bool:
        return "status 4" in error.detail


@fails("a_call_that_fails_alone_is_an_outage")
class TakesAnOutageForANo(Inspected):
    """A user is told to log in again, and again, while the provider is down."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except ProviderUnavailable:
            raise InvalidProviderToken("nobody knows that token") from None


@fails("a_call_that_fails_alone_is_an_outage")
class TakesAFirewallForANo(Inspected):
    """Every 4xx is a dead token, also one that a machine in front of the provider has made."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if 400 <= response.status < 500:
            raise InvalidProviderToken(f"status {response.status}")
        return super().read(response)


@fails("a_call_that_fails_alone_is_an_outage")
class CrashesOnNonsense(Inspected):
    """A list in the place of an object is a 500, and an alert that means nothing."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        body = response.json()
        if response.status == 200:
            return dict(body["active"] and body if "active" in body else body.items())
        return super().read(response)


@fails("a_call_that_fails_alone_is_an_outage")
class MakesUpAProfile(Inspected):
    """Claims that nobody has stated, while the profile cannot be had."""

    async def profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().profile(token, ctx)
        except ProviderUnavailable:
            return {"name": "A user"}

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        if "id" in me:
            super().check_profile(me, info)


@fails("a_call_that_fails_alone_is_an_outage")
class TakesAnOutageForOurFault(Inspected):
    """The operator is paged each time the provider has a bad minute."""

    async def profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().profile(token, ctx)
        except ExchangeError:
            raise RuntimeError("cannot happen") from None


@fails("a_call_that_fails_alone_is_an_outage")
class LogsInSomebodyElse(Inspected):
    """Without a profile everybody is the same guest."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Any:
        try:
            return await super().verify(token, ctx)
        except ProviderUnavailable:
            info = await self.inspect(token, ctx)
            return self.guest(info)

    def guest(self, info: dict[str, Any]) -> Any:
        return Verification(user_id="guest", audience=AppBound(self.app_id(info)), claims={})
