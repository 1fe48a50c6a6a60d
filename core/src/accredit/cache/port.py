"""What a cache of verifications does, wherever it keeps them."""

from typing import Protocol

from accredit.models import Verification


class VerificationCache(Protocol):
    """Keeps what providers have said about tokens, by keys that tell nothing of the token.

    It may forget anything at any time. A method that raises is told to operators, and is no reason to refuse anybody:
    the provider is asked then. It is waited for, within the exchange's deadline: let it raise soon rather than wait
    long. Whoever can write to it can log in as anybody.
    """

    @property
    def hmac_key(self) -> bytes:
        """A secret of 32 bytes from which all keys are made. Processes that share what is kept share it.

        So do only exchanges whose connections of one name have the same settings.
        """

    async def get(self, key: bytes) -> Verification | None:
        """Return what was kept under `key`, equal to what was put, while its time lasts."""

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        """Keep it for `ttl_s` seconds. `size_bytes` is the length of what the provider has sent."""

    async def forget(self, key: bytes) -> None:
        """Let go of it, if it is there."""
