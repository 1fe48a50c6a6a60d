"""One call on its way past the limits."""

import hashlib
from types import TracebackType
from typing import Self

from accredit.errors import (
    ExchangeError,
    InvalidBearer,
    InvalidClient,
    InvalidGrant,
    InvalidMainToken,
    InvalidRequest,
    ProviderTokenRejected,
    UnknownClient,
)
from accredit.limits.limit import SEPARATOR, Counted, Limit
from accredit.limits.limits import Limits
from accredit.limits.network import network_of

_GUESSES = (UnknownClient, InvalidClient, InvalidGrant, InvalidBearer, InvalidMainToken, ProviderTokenRejected)
"""What somebody gets who tries one thing after another. Not what a hook says of a user whom a provider has proven."""


class Attempt:
    """One call: refused where there were too many; if it is refused for anything else, that is counted.

    ::

        async with Attempt(limits, address, is_proven=…) as attempt:
            …                                                     # may the caller ask at all?
            await attempt.admit(client_id, purpose=…)             # and not too often?
            …                                                     # a provider or a storage is asked

    `address` is the caller's, empty where nobody knows: then nothing is counted for it. The same holds of a client that
    has proven who it is, `is_proven`: it may log in all its users from one address.
    """

    __slots__ = ("_limits", "_network", "_pair", "_token")

    def __init__(self, limits: Limits, address: str, *, is_proven: bool = False) -> None:
        self._limits = limits
        self._network = "" if is_proven else network_of(address, ipv6_prefix=limits.ipv6_prefix)
        self._pair = ""
        self._token = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, ExchangeError):
            await self.refused(error)

    async def guard(self, client_id: str, *, purpose: str, token: str = "") -> None:
        """Pass unless too much has failed. `purpose` is what for, such as a connection; `token` what is tried.

        Raises:
            TooManyAttempts: it has.
        """
        if (counters := self._limits.counters) is not None:
            await counters.check(self._attempts(client_id, purpose, token), ())

    def prove(self) -> None:
        """Count nothing more for the address: the client has proven who it is."""
        self._network = self._pair = ""

    async def admit(self, client_id: str, *, purpose: str, token: str = "", connection: str = "") -> None:
        """Pass unless there is too much of anything. `connection` is whose provider will be asked, if any is.

        Raises:
            TooManyAttempts: too much has failed; see `guard`.
            TooManyRequests: there are too many calls, from the address, by the client, or by the connection.
        """
        if (counters := self._limits.counters) is not None:
            calls = self._calls(client_id)
            if connection and (limit := self._limits.connection) is not None:
                calls.append((limit, connection))
            await counters.check(self._attempts(client_id, purpose, token), calls)

    async def count(self, client_id: str) -> None:
        """Count a call of a known client.

        Raises:
            TooManyRequests: there are too many.
        """
        if (counters := self._limits.counters) is not None:
            await counters.check((), self._calls(client_id))

    async def refused(self, error: ExchangeError) -> None:
        """Count what the call is refused for: as a failed attempt, or, of what cannot be read, as a call."""
        limits = self._limits
        if limits.counters is None:
            return
        if self._network and isinstance(error, InvalidRequest) and limits.address is not None:
            await limits.counters.add(limits.address, self._network)
        if isinstance(error, _GUESSES):
            for limit, key in self._failures():
                await limits.counters.add(limit, key)

    def _attempts(self, client_id: str, purpose: str, token: str) -> Counted:
        """Return by what failed attempts are counted, and keep it for this one."""
        if self._network:
            self._pair = f"{self._network}{SEPARATOR}{purpose}{SEPARATOR}{client_id}"
        if token and self._limits.failed_attempts_by_token is not None:
            self._token = f"{purpose}{SEPARATOR}{hashlib.sha256(token.encode()).hexdigest()}"
        return self._failures()

    def _failures(self) -> Counted:
        limits, found = self._limits, []
        if self._network and (limit := limits.failed_attempts_by_address) is not None:
            found.append((limit, self._network))
        if self._pair and (limit := limits.failed_attempts) is not None:
            found.append((limit, self._pair))
        if self._token and (limit := limits.failed_attempts_by_token) is not None:
            found.append((limit, self._token))
        return found

    def _calls(self, client_id: str) -> list[tuple[Limit, str]]:
        limits, found = self._limits, []
        if self._network and (limit := limits.address) is not None:
            found.append((limit, self._network))
        if (limit := limits.client) is not None:
            found.append((limit, client_id))
        return found
