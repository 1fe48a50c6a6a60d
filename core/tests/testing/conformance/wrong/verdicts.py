"""Samples that prove too little, verdicts that are wrong, and what the request or an outage makes of them."""

from collections.abc import Sequence
from typing import Any

from core.tests.testing.conformance.good import Good, GoodSimulator
from core.tests.testing.conformance.wrong import fails

from accredit import Verification
from accredit.credentials import AccessToken, Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.strategy import VerifyContext
from accredit.testing import Sample


class TooFew(GoodSimulator):
    def samples(self) -> Sequence[Sample]:
        return super().samples()[:-1]


@fails("samples_cover_the_verdicts", simulator=TooFew)
class HasNoForeignSample(Good):
    """Without another app's token nothing is proven."""


class OnePerson(GoodSimulator):
    def samples(self) -> Sequence[Sample]:
        return [one for one in super().samples() if "good-" not in one.name or one.name == "good-ada"]


@fails("samples_cover_the_verdicts", simulator=OnePerson)
class KnowsOnePerson(Good):
    """With one person nobody can be taken for somebody else."""


@fails("every_kind_has_a_sample_that_is_accepted")
class ClaimsWhatNobodyHasSeen(Good):
    """A kind of credential that no sample shows is one that no check has attacked."""

    accepts = frozenset({"access_token", "id_token", "signed_payload"})


@fails("a_denial_holds_for_every_kind_of_token", "every_sample_gets_its_verdict")
class IsAlwaysDown(Good):
    """Nobody can log in."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        raise ProviderUnavailable("never up")


@fails("the_entry_point_brings_strategy_and_simulator")
class IsNotInstalled(Good):
    """No distribution brings it."""


@fails(
    "email_verified_says_what_the_assurance_says",
    "malformed_requests_never_reach_the_provider",
    "no_field_makes_somebody_else",
)
class AcceptsNobody(Good):
    """What refuses everybody is safe, and of no use."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        raise InvalidProviderToken("never good")


@fails("another_user_than_the_hinted_one_is_refused")
class ForgetsWhoItIs(Good):
    """Another user at each login."""

    def user_id(self, me: dict[str, Any]) -> str:
        return f"somebody-{id(me)}"


@fails("a_token_is_never_more_than_a_token")
class TrimsTokens(Good):
    """What is padded is another token."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        return await super().ask(AccessToken.of(token.reveal().strip()), ctx)


@fails("a_token_is_never_more_than_a_token")
class BuildsUrlsByHand(Good):
    """A token with a `&` becomes another parameter."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        form = {"access_token": token.reveal()}
        headers = {"X-Secret": self.settings.app_secret.get_secret_value()}
        url = f"{self.settings.api_url}/me?for={token.reveal()}"
        return self.read(await ctx.http.post(url, form=form, headers=headers))


@fails(
    "a_provider_that_misbehaves_is_unavailable",
    "a_provider_that_cannot_be_reached_is_unavailable",
    "no_secret_is_left_behind_by_a_failure",
)
class BlamesTheToken(Good):
    """An outage is nobody's bad token."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().ask(token, ctx)
        except Exception as exc:
            raise InvalidProviderToken(f"{exc} for {token.reveal()}") from exc
