"""What a cache of verifications does, wherever it keeps them."""

from typing import Protocol, runtime_checkable

from accredit.models import Verification


class VerificationCache(Protocol):
    """Keeps what providers have said about tokens, by keys that tell nothing of the token.

    It may forget anything at any time. A method that raises is told to operators, and is no reason to refuse anybody:
    the provider is asked then. It is waited for, within the exchange's deadline: let it raise soon rather than wait
    long. Whoever can write to it can log in as anybody.
    """

    @property
    def hmac_key(self) -> bytes:
        """A secret of 32 bytes or more from which all keys are made. Processes that share what is kept share it.

        What one connection has kept another one never gets, unless name, strategy and all settings are the same.
        """

    async def get(self, key: bytes) -> Verification | None:
        """Return what was kept under `key`, equal to what was put, while its time lasts."""

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        """Keep it for `ttl_s` seconds. `size_bytes` is the length of what the provider has sent."""

    async def forget(self, key: bytes) -> None:
        """Let go of it, if it is there."""


@runtime_checkable
class SharedCache(VerificationCache, Protocol):
    """One that many nodes share, and in which one of them at a time says that it asks a provider, for all."""

    async def find(self, key: bytes, *, wait_s: float) -> Verification | None:
        """Return what is kept, or soon will be by another node, within a part of `wait_s` seconds. Raises nothing.

        None: the caller asks. Whoever is to ask for all ends that by `put` or `release`, or by not doing so for long.
        """

    def release(self, key: bytes) -> None:
        """Say that nothing was found, if that is to be said; costs no time."""
