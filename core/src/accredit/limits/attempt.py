"""One call on its way past the limits."""

import hashlib

from accredit.errors import (
    ExchangeError,
    InvalidBearer,
    InvalidClient,
    InvalidGrant,
    InvalidMainToken,
    InvalidNotice,
    InvalidRequest,
    ProviderTokenRejected,
    UnknownClient,
)
from accredit.limits.limit import SEPARATOR, Counted
from accredit.limits.limits import Limits
from accredit.limits.network import network_of

_GUESSES = (
    UnknownClient,
    InvalidClient,
    InvalidGrant,
    InvalidBearer,
    InvalidMainToken,
    InvalidNotice,
    ProviderTokenRejected,
)
"""What somebody gets who tries one thing after another. Not what a hook says of a user whom a provider has proven."""


class Attempt:
    """One call: refused where there were too many; if it is refused for anything else, that is counted.

    ::

        attempt = Attempt(limits, address, is_proven=…)
        try:
            …                                                     # may the caller ask at all?
            await attempt.admit(client_id, purpose=…)             # and not too often?
            …                                                     # a provider or a storage is asked
        except ExchangeError as error:
            await attempt.refused(error)
            raise

    `address` is the caller's, empty where nobody knows: then nothing is counted for it. The same holds of a client that
    has proven who it is, `is_proven`: it may log in all its users from one address.
    """

    __slots__ = ("_keys", "_limits")

    def __init__(self, limits: Limits, address: str, *, is_proven: bool = False) -> None:
        self._limits = limits
        network = "" if is_proven else network_of(address, ipv6_prefix=limits.ipv6_prefix)
        self._keys = network, "", ""
        """Under which it is counted if it fails, as in `Limits.attempts`."""

    async def guard(self, client_id: str, *, purpose: str, token: str = "") -> None:
        """Pass unless too much has failed. `purpose` is what for, such as a connection; `token` what is tried.

        Raises:
            TooManyAttempts: it has.
        """
        if (counters := self._limits.counters) is not None:
            await counters.check(self._attempts(client_id, purpose, token), ())

    def prove(self) -> None:
        """Count nothing more for the address: the client has proven who it is."""
        self._keys = "", "", self._keys[2]

    async def admit(self, client_id: str, *, purpose: str, token: str = "", connection: str = "") -> None:
        """Pass unless there is too much of anything. `connection` is whose provider will be asked, if any is.

        Raises:
            TooManyAttempts: too much has failed; see `guard`.
            TooManyRequests: there are too many calls, from the address, by the client, or by the connection.
        """
        if (counters := self._limits.counters) is not None:
            calls = zip(self._limits.calls, (self._keys[0], client_id, connection), strict=True)
            await counters.check(self._attempts(client_id, purpose, token), calls)

    async def count(self, client_id: str) -> None:
        """Count a call of a known client.

        Raises:
            TooManyRequests: there are too many.
        """
        if (counters := self._limits.counters) is not None:
            await counters.check((), zip(self._limits.calls, (self._keys[0], client_id, ""), strict=True))

    async def refused(self, error: ExchangeError) -> None:
        """Count what the call is refused for: as a failed attempt, or, of what cannot be read, as a call."""
        if (counters := self._limits.counters) is None:
            return
        if isinstance(error, InvalidRequest):
            await counters.add(zip(self._limits.calls, (self._keys[0], "", ""), strict=True))
        if isinstance(error, _GUESSES):
            await counters.add(zip(self._limits.attempts, self._keys, strict=True))

    def _attempts(self, client_id: str, purpose: str, token: str) -> Counted:
        network = self._keys[0]
        together = f"{network}{SEPARATOR}{purpose}{SEPARATOR}{client_id}" if network else ""
        what = f"{purpose}{SEPARATOR}{hashlib.sha256(token.encode()).hexdigest()}" if token else ""
        self._keys = network, together, what
        return zip(self._limits.attempts, self._keys, strict=True)
