"""Accepted ids, hosts and proofs that are not what the operator has written."""

from typing import Any

from core.tests.testing.conformance.good import Good, GoodSettings, GoodSimulator
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit import JwtAudience, Unbound, Verification
from accredit.credentials import Credential
from accredit.settings import BaseUrl
from accredit.strategy import VerifyContext


class OneMoreSettings(GoodSettings):
    @property
    def accepted_audiences(self) -> frozenset[str]:
        return super().accepted_audiences | {"4299"}


@fails("accepted_ids_are_those_of_the_settings")
class AcceptsOneMore(Good):
    """An app of the author's own, in published code."""

    settings_type = OneMoreSettings


class ShorterSettings(GoodSettings):
    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.app_id, self.app_id[:-1]})


@fails("accepted_ids_are_those_of_the_settings")
class AcceptsAPartOfItsSettings(Good):
    """A part of our id is another app's."""

    settings_type = ShorterSettings


class CachedSettings(GoodSettings):
    @property
    def accepted_audiences(self) -> frozenset[str]:
        first = getattr(CachedSettings, "first", None) or self.app_id
        CachedSettings.first = first  # type: ignore[attr-defined]  # what an author must not do
        return frozenset({first, self.app_id})


@fails("accepted_ids_are_those_of_the_settings")
class AcceptsTheIdBefore(Good):
    """An id that the operator has taken out stays in."""

    settings_type = CachedSettings


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
    """An id that is empty or a number is left out, and the connection starts with the rest."""

    settings_type = LenientSettings


class MoreHostsSettings(GoodSettings):
    @property  # type: ignore[misc]  # it is final, which is what is wrong with it
    def provider_urls(self) -> tuple[str, ...]:
        return (*super().provider_urls, "https://telemetry.example")


@fails("provider_urls_must_be_https")
class DeclaresAnotherHost(Good):
    """A host that no setting names, and no operator knows of."""

    settings_type = MoreHostsSettings


class FewerHostsSettings(GoodSettings):
    @property  # type: ignore[misc]  # it is final, which is what is wrong with it
    def provider_urls(self) -> tuple[str, ...]:
        return (self.api_url,)


@fails("provider_urls_must_be_https")
class DeclaresTooFewHosts(Good):
    """The key set's host stands in the settings and is not declared."""

    settings_type = FewerHostsSettings


class ClearSettings(GoodSettings):
    api_url: BaseUrl = "http://api.good.example"


@fails("provider_urls_must_be_https")
class CallsInTheClearByDefault(Good):
    """Tokens travel in clear."""

    settings_type = ClearSettings


class Unbinding(GoodSimulator):
    def settings(self, base_url: str) -> dict[str, Any]:
        return {**super().settings(base_url), "accept_unbound_tokens": True}


@fails("unbound_tokens_are_not_accepted_unless_asked_for", simulator=Unbinding)
class ProvesNothing(Good):
    """Every app's token is accepted, and the simulator's table asks for it."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify(token, ctx)
        return Verification(user_id=verification.user_id, audience=Unbound("shrugs"), claims=verification.claims)


@fails("another_apps_token_is_refused", "configured_ids_that_are_almost_right_accept_nothing")
class ProvesByItsSettings(Good):
    """The proof is what is configured, not what the provider says."""

    def app_id(self, me: dict[str, Any]) -> str:
        return str(self.settings.app_id)


@fails("near_misses_of_our_id_are_not_ours")
class LeavesTheAnswersIdUnread(Inspected):
    """The same where the provider refuses tokens of other apps by itself, until the day on which it does not."""

    def app_id(self, me: dict[str, Any]) -> str:
        return str(self.settings.app_id)


@fails("accepted_ids_are_compared_exactly", "every_audience_must_be_ours")
class ProvesWhatIsAccepted(Good):
    """The proof is whatever will be accepted."""

    def app_id(self, me: dict[str, Any]) -> str:
        return next(iter(self.settings.accepted_audiences))

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        audience = JwtAudience(tuple(self.settings.accepted_audiences))
        return Verification(user_id=verification.user_id, audience=audience, claims=verification.claims)
