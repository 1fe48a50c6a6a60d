"""The contract a plugin implements: one `Strategy` class for one provider.

A plugin author needs this module, `accredit.errors` (what to raise), `accredit.audience` (what to prove),
`accredit.profile` (what to return) and `accredit.settings.ConnectionSettings` (what to configure).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from accredit.http import ProviderHTTP
from accredit.id_token import IdTokenVerifier
from accredit.models import ProviderToken, Verification
from accredit.profile import Profile
from accredit.settings import ConnectionSettings

SettingsT = TypeVar("SettingsT", bound=ConnectionSettings)
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class VerifyContext:
    """What `verify` may use. Nothing else reaches a network, a clock or a key."""

    http: ProviderHTTP
    verify_id_token: IdTokenVerifier
    clock: Callable[[], float]
    """Returns epoch seconds."""


class Strategy(ABC, Generic[SettingsT]):
    """Code for one provider. Built once per connection, shared by all its exchanges: keep no state.

    `verify` does I/O and raises the errors of `accredit.errors`: the narrowest that is true. Whatever else it
    raises becomes `PluginFailed`, a 500 with an alert. It must not judge the audience: it returns the proof, and
    the engine compares. `normalize` is pure.
    """

    name: ClassVar[str]
    """The strategy's name: entry point, default wire name, and the first half of `sub`."""
    settings_type: ClassVar[type[ConnectionSettings]]

    def __init__(self, settings: SettingsT) -> None:
        self.settings = settings

    @abstractmethod
    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        """Ask the provider about `token`.

        Raises:
            ProviderTokenRejected: the token is no good (use its subclasses).
            ProviderUnavailable: the provider is down, limits us, or answers what is not understood.
            ServerError: the provider blames us (use its subclasses).
            MissingParameter: the client must send more, such as a token secret.
        """

    @abstractmethod
    def normalize(self, verification: Verification) -> Profile:
        """Map the provider's raw profile to OIDC claims. No I/O, no clock, same answer for the same input."""


async def in_order(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Run two calls at once, and read them in order.

    The login then costs the slower call, not the sum, while the first call's verdict still comes first: if it
    raises, the second is cancelled and its outcome is never looked at.
    """
    later = asyncio.create_task(second)
    try:
        return await first, await later
    finally:
        if not later.done():
            later.cancel()
        await asyncio.gather(later, return_exceptions=True)
