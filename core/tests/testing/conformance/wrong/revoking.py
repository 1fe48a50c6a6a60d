"""What a provider is told of a user who is gone, told wrongly."""

import asyncio
import socket

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


@fails("revoking_shows_nothing_secret", simulator=RevokingSimulator)
class RevokesInTheUrl(Revoking):
    """Every server on the way writes the token down."""

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(f"{self.settings.api_url}/revoke", params={"token": token.reveal()})


@fails("revoking_shows_nothing_secret", simulator=RevokingSimulator)
class QuotesTheToken(Revoking):
    """The log says which token it was."""

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        try:
            await super().revoke(token, ctx)
        except ProviderUnavailable:
            raise ProviderUnavailable(f"could not revoke {token.reveal()}") from None


@fails("revoking_shows_nothing_secret", simulator=RevokingSimulator)
class PrintsOurSecret(Revoking):
    """It was useful once, to see why a provider had refused."""

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        print("revoking with", self.settings.app_secret.get_secret_value())  # noqa: T201  # this is the mistake
        return await super().ask_to_revoke(token, ctx)


@fails("revoking_reaches_declared_hosts_only", simulator=RevokingSimulator)
class RevokesByASocketOfItsOwn(Revoking):
    """Another host hears of it, which no setting names."""

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        with socket.socket() as phone:
            phone.connect_ex(("127.0.0.1", 1))
        return await super().ask_to_revoke(token, ctx)


@fails("revoking_reaches_declared_hosts_only", simulator=RevokingSimulator)
class FallsBackToAnotherHost(Revoking):
    """Only where the provider is down does it go past its context."""

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        try:
            return await super().ask_to_revoke(token, ctx)
        except ProviderUnavailable:
            with socket.socket(type=socket.SOCK_DGRAM) as phone:
                phone.sendto(b"later", ("127.0.0.1", 9))
            raise


@fails("revoking_reaches_declared_hosts_only", simulator=RevokingSimulator)
class TriesAgainLater(Revoking):
    """A task of its own goes on when the answer is there, and nobody bounds it."""

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        self.later = asyncio.create_task(asyncio.sleep(60))
        await super().revoke(token, ctx)


@fails("a_kept_token_is_revoked_at_the_provider_and_may_be_again", simulator=RevokingSimulator)
class RevokesAtAnUndeclaredHost(Revoking):
    """Core calls no host that no setting names."""

    async def ask_to_revoke(self, token: RevocableToken, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.post("https://revoke.example.net/", form={"token": token.reveal()})
