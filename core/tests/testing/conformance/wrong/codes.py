"""Codes, exchanged wrongly."""

from collections.abc import Mapping

from core.tests.testing.conformance.coded import VERIFIER, Coded, CodedSimulator
from core.tests.testing.conformance.wrong import fails

from accredit.credentials import AuthorizationCode
from accredit.strategy import VerifyContext
from accredit.testing import CodeBinding


class WithoutPkceSimulator(CodedSimulator):
    """It takes a code without a verifier too, as a provider does where the login began without one."""

    def shown(self, form: Mapping[str, str]) -> CodeBinding:
        return super().shown({"code_verifier": VERIFIER, **form})


@fails("a_code_is_good_with_its_own_verifier_and_redirect_uri_alone", simulator=WithoutPkceSimulator)
class DropsTheVerifier(Coded):
    """What the app has sent for its code is left out, so that any code of ours is good from anybody."""

    def form(self, code: AuthorizationCode) -> dict[str, str]:
        return {name: value for name, value in super().form(code).items() if name != "code_verifier"}


@fails("a_code_is_good_with_its_own_verifier_and_redirect_uri_alone", simulator=CodedSimulator)
class KnowsTheVerifier(Coded):
    """A verifier of its own, for all apps."""

    def form(self, code: AuthorizationCode) -> dict[str, str]:
        return {**super().form(code), "code_verifier": VERIFIER}


@fails("declared_traits_are_true", simulator=CodedSimulator)
class AsksTwice(Coded):
    """A call that uses a code up is said to change nothing, and so made again after an outage."""

    async def redeem(self, code: AuthorizationCode, ctx: VerifyContext) -> str:
        headers = {"X-Secret": self.settings.app_secret.get_secret_value()}
        url = f"{self.settings.api_url}/token"
        return self.granted(await ctx.http.post(url, form=self.form(code), headers=headers, reads_only=True))


@fails("no_secret_is_left_behind", simulator=CodedSimulator)
class LogsTheCode(Coded):
    """It says which code it redeems."""

    async def redeem(self, code: AuthorizationCode, ctx: VerifyContext) -> str:
        print(code.reveal())  # noqa: T201 - that is the mistake
        return await super().redeem(code, ctx)
