"""A strategy that tells what the provider said."""

import copy
from collections.abc import Callable
from typing import Any

from accredit.credentials import Credential
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifyContext


def witness(strategy: Strategy[Any], heard: Callable[[object, object], None]) -> Strategy[Any]:
    """Return one that does what `strategy` does, and tells of it: a refusal for its audience does not say whose it was.

    `heard` is called with what `verify` has returned and None, then with that again and what `normalize` has made of
    it. Neither need be what it must be.
    """
    twin = copy.copy(strategy)  # of the same class: what it overrides is what it can

    async def verify(credential: Credential, ctx: VerifyContext) -> Verification:
        verification = await strategy.verify(credential, ctx)
        heard(verification, None)
        return verification

    def normalize(verification: Verification) -> Profile:
        profile = strategy.normalize(verification)
        heard(verification, profile)
        return profile

    vars(twin).update(verify=verify, normalize=normalize)
    return twin
