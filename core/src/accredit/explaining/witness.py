"""A strategy that remembers what the provider said."""

from collections.abc import Callable
from typing import Any

from accredit.credentials import Credential
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifyContext


class Witness(Strategy[Any]):
    """Do what another strategy does, and tell of it: a refusal for its audience does not say whose token it was.

    `heard` is called with what `verify` has returned and None, then with that again and what `normalize` has made of
    it. Neither need be what it must be.
    """

    def __init__(self, strategy: Strategy[Any], heard: Callable[[object, object], None]) -> None:
        super().__init__(strategy.settings)
        same = ("name", "accepts", "reads", "kind_of", "supports_pkce")
        vars(self).update({name: getattr(strategy, name) for name in same})
        self._strategy = strategy
        self._heard = heard

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Ask the provider."""
        verification = await self._strategy.verify(credential, ctx)
        self._heard(verification, None)
        return verification

    def normalize(self, verification: Verification) -> Profile:
        """Map the profile."""
        profile = self._strategy.normalize(verification)
        self._heard(verification, profile)
        return profile
