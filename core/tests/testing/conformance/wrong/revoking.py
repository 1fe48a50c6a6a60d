"""What a provider is told of a user who is gone, told wrongly."""

from core.tests.testing.conformance.revoking import Revoking, RevokingSimulator
from core.tests.testing.conformance.wrong import fails

from accredit import RevocableToken
from accredit.errors import ProviderUnavailable
from accredit.strategy import ProviderResponse, VerifyContext


@fails("a_kept_token_is_revoked_at_the_provider_and_may_be_again", simulator=RevokingSimulator)
class AsksNobody(Revoking):
    """It returns, and the provider knows nothing."""

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        pass


@fails("a_kept_token_is_revoked_at_the_provider_and_may_be_again", simulator=RevokingSimulator)
class RefusesToRepeat(Revoking):
    """What the provider does not know any more stays kept for ever."""

    def read_revocation(self, response: ProviderResponse) -> None:
        if response.status != 200:
            raise ProviderUnavailable(f"status {response.status}")


@fails("no_outage_and_no_unknown_refusal_is_taken_for_a_revocation", simulator=RevokingSimulator)
class BelievesAnyAnswer(Revoking):
    """Whatever the provider says, the token is forgotten."""

    def read_revocation(self, response: ProviderResponse) -> None:
        pass


@fails("no_outage_and_no_unknown_refusal_is_taken_for_a_revocation", simulator=RevokingSimulator)
class TakesEach400ForUnknown(Revoking):
    """A refusal that nobody has listed passes for a token that is gone."""

    def read_revocation(self, response: ProviderResponse) -> None:
        if response.status not in {200, 400}:
            raise ProviderUnavailable(f"status {response.status}")


@fails("revoking_shows_the_token_to_nobody_else", simulator=RevokingSimulator)
class RevokesInTheUrl(Revoking):
    """Every server on the way writes the token down."""

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(f"{self.settings.api_url}/revoke", params={"token": token.reveal()})


@fails("revoking_shows_the_token_to_nobody_else", simulator=RevokingSimulator)
class QuotesTheToken(Revoking):
    """The log says which token it was."""

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        try:
            await super().revoke(token, ctx)
        except ProviderUnavailable:
            raise ProviderUnavailable(f"could not revoke {token.reveal()}") from None
