"""Faults that are laid at the wrong door."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import SOURCE, Inspected, InspectedSettings, InspectedSimulator
from core.tests.testing.conformance.wrong import fails

from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, ProviderUnavailable
from accredit.refusals import Line, refusal
from accredit.settings import AppSecret
from accredit.strategy import ProviderResponse, VerifyContext


class WithAnotherTable(Inspected):
    """Reads refusals by a table of its own."""

    lines: Mapping[str, Line]

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        body = response.json_object()
        if (code := self.code(body)) in self.lines:
            raise refusal(self.lines, code, call="inspected", response=response)
        return super().read(response)


@fails("our_wrong_secret_is_our_fault")
class BlamesTheUserForOurSecret(WithAnotherTable):
    """Everybody is told to log in again, for ever, and nobody hears that our secret is wrong."""

    lines: Mapping[str, Line] = {"invalid_client": Line(InvalidProviderToken, SOURCE)}


@fails("our_wrong_secret_is_our_fault")
class WaitsForOurSecretToMend(WithAnotherTable):
    """A wrong secret is no outage: it does not pass."""

    lines: Mapping[str, Line] = {"invalid_client": Line(ProviderUnavailable, SOURCE)}


class TwoSecrets(InspectedSettings):
    """An app with two secrets."""

    second_secret: AppSecret


class LooseSimulator(InspectedSimulator):
    """Checks the first of them alone."""

    def settings(self, base_url: str) -> dict[str, Any]:
        return {**super().settings(base_url), "second_secret": "kit-second-secret-not-real"}


@fails("our_wrong_secret_is_our_fault", simulator=LooseSimulator)
class SendsAlsoASecretThatNobodyChecks(Inspected):
    """No two calls are alike, which does not tell that the secret has nothing to do with a login."""

    settings_type = TwoSecrets
    numbers = count()

    async def get(self, path: str, token: Credential, ctx: VerifyContext) -> ProviderResponse:
        second = dict(self.settings)["second_secret"].get_secret_value()
        signed = hashlib.sha256(f"{next(self.numbers)}{second}".encode()).hexdigest()
        headers = {"Authorization": f"Bearer {token.reveal()}", "X-Signature": signed}
        return await ctx.http.get(f"{self.settings.api_url}{path}", headers=headers)


@fails("our_wrong_secret_is_our_fault")
class BlamesTheUserForEvery403(Good):
    """403 is said to us, not to the user."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if response.status == 403:
            raise InvalidProviderToken("status 403")
        return super().read(response)


@fails("a_users_state_is_no_alert", "every_sample_gets_its_verdict")
class WakesTheOperatorForADeadToken(Inspected):
    """Anybody can raise an alert at three in the morning."""

    def check_active(self, info: dict[str, Any]) -> None:
        if info.get("active") is not True:
            raise ProviderMisconfigured("a token that is not active?")


@fails("a_users_state_is_no_alert")
class WakesTheOperatorForASuspendedUser(WithAnotherTable):
    """A user's own state, in a table of our own faults."""

    lines: Mapping[str, Line] = {"user_suspended": Line(ProviderMisconfigured, SOURCE)}


@fails("our_credentials_are_told_from_wrong_ones")
class FindsEverySecretRight(Inspected):
    """The operator asks, and hears that all is well."""

    async def check_credentials(self, ctx: VerifyContext) -> None:
        with suppress(ProviderMisconfigured):
            await super().check_credentials(ctx)


@fails("our_credentials_are_told_from_wrong_ones")
class TakesAnOutageForAWrongSecret(Inspected):
    """The operator changes a secret that was right."""

    async def check_credentials(self, ctx: VerifyContext) -> None:
        try:
            await super().check_credentials(ctx)
        except ProviderUnavailable:
            raise ProviderMisconfigured("our secret is wrong") from None
