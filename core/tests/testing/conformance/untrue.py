"""Strategies that declare what is not true of them, or keep to themselves what is."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.tests.testing.conformance.good import Good, GoodSimulator, GoodSuite
from core.tests.testing.conformance.shapes import (
    Composite,
    CompositeSimulator,
    Once,
    OnceSimulator,
    Opaque,
    OpaqueSimulator,
    Signed,
    SignedSimulator,
    UnboundSimulator,
    UnboundStrategy,
    Web,
    WebSimulator,
    suite_of,
)
from pydantic import SecretStr

from accredit import AppBound, Verification
from accredit.credentials import Credential
from accredit.strategy import ProviderResponse, Trait, VerifyContext
from accredit.testing import Person, Sample
from accredit.testing.conformance.attacks.jwts import payload_of

DECLARED = "test_declared_traits_are_true"
LETTERS = "test_ids_are_the_providers_letter_for_letter"
COMPOSITE = "test_composite_ids_of_two_people_are_two"


class MakesCalls(Opaque):
    traits: ClassVar[frozenset[Trait]] = frozenset({"makes_no_call"})


class HasItsSecretBuiltIn(Signed):
    """Whatever secret is set, the one it was written with is good."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        built_in = SecretStr(SignedSimulator.bot_token)
        return await Signed(self.settings.model_copy(update={"bot_token": built_in})).verify(token, ctx)


class KeepsQuiet(Signed):
    traits: ClassVar[frozenset[Trait]] = frozenset()


class ProvesSomething(Opaque):
    traits: ClassVar[frozenset[Trait]] = frozenset({"unbound"})


class ProvesNothing(UnboundStrategy):
    traits: ClassVar[frozenset[Trait]] = frozenset()


class HasPlainIds(Good):
    traits: ClassVar[frozenset[Trait]] = frozenset({"composite_ids"})


class HasPartsUndeclared(Composite):
    traits: ClassVar[frozenset[Trait]] = frozenset()


class LowercasesTeams(Composite):
    def user_id(self, me: dict[str, Any]) -> str:
        return super().user_id(me).lower()


class ForgetsWhereAPartEnds(Composite):
    def read(self, response: ProviderResponse) -> dict[str, Any]:
        return Good.read(self, response)


class IsGoodTwice(Opaque):
    traits: ClassVar[frozenset[Trait]] = frozenset({"single_use"})


class TwiceSimulator(OnceSimulator):
    def answer(self, tokens: dict[str, tuple[str, Person]], form: str) -> Any:
        self._used.clear()
        return super().answer(tokens, form)


class StaleSimulator(OnceSimulator):
    def fresh(self, sample: Sample) -> Sample:
        return sample


class RedeemsByReading(Once):
    """Says that the redemption of what is good once changes nothing."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        url, headers = f"{self.settings.api_url}/me", {"X-Secret": self.settings.app_secret.get_secret_value()}
        form = {"access_token": token.reveal()}
        return self.read(await ctx.http.post(url, form=form, headers=headers, reads_only=True))


class HasKeys(Good):
    traits: ClassVar[frozenset[Trait]] = frozenset({"hs256"})


class SignsWithASecretUndeclared(Web):
    traits: ClassVar[frozenset[Trait]] = frozenset()


class SecretOfNobodySimulator(WebSimulator):
    def settings(self, base_url: str) -> dict[str, Any]:
        return {**super().settings(base_url), "app_secret": "a-secret-that-signs-nothing-but-is-long"}


class TrustsEveryIdToken(Web):
    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        claims = payload_of(token.reveal())
        return Verification(user_id=claims["sub"], audience=AppBound(claims["aud"]), claims=claims)


UNTRUE: Mapping[tuple[type[GoodSuite], str], str] = {
    (suite_of(MakesCalls, OpaqueSimulator), DECLARED): "makes_no_call is not true",
    (suite_of(HasItsSecretBuiltIn, SignedSimulator), DECLARED): "whatever the secrets of the settings are",
    (suite_of(KeepsQuiet, SignedSimulator), DECLARED): "declare the trait makes_no_call",
    (suite_of(ProvesSomething, OpaqueSimulator), DECLARED): "unbound is not true, the proof is AppBound",
    (suite_of(ProvesNothing, UnboundSimulator), DECLARED): "Declare the trait unbound",
    (suite_of(HasPlainIds, GoodSimulator), LETTERS): "composite_ids is not true",
    (suite_of(HasPartsUndeclared, CompositeSimulator), LETTERS): "declare the trait composite_ids",
    (suite_of(LowercasesTeams, CompositeSimulator), LETTERS): "is not made of what the provider said",
    (suite_of(ForgetsWhereAPartEnds, CompositeSimulator), COMPOSITE): "are one id",
    (suite_of(Once, StaleSimulator), DECLARED): "returns what there was before",
    (suite_of(IsGoodTwice, TwiceSimulator), DECLARED): "single_use is not true",
    (suite_of(RedeemsByReading, OnceSimulator), DECLARED): "the call that redeems it is made again",
    (suite_of(HasKeys, GoodSimulator), DECLARED): "hs256 is not true",
    (suite_of(TrustsEveryIdToken, SecretOfNobodySimulator), DECLARED): "no secret among",
    (suite_of(TrustsEveryIdToken, WebSimulator), DECLARED): "although the setting app_secret is another secret",
    (suite_of(SignsWithASecretUndeclared, WebSimulator), DECLARED): "declare the trait hs256",
}
"""Each suite with the check that finds it out, and what that says."""
