"""The limits of an exchange: which there are, and what is counted together."""

from dataclasses import dataclass
from typing import Self

from accredit.limits.counters import Counters
from accredit.limits.limit import Limit, make_limit
from accredit.settings import LimitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit there is; None for one that is off.

    Attempts that fail are counted for the address, for address, purpose and client together, and for the token: none of
    these is shared by users who have nothing to do with each other. They are never counted for a client or a connection
    alone, or one attacker could lock everybody out.
    """

    attempts: tuple[Limit | None, Limit | None, Limit | None]
    """Of attempts that fail: for the address, for address, purpose and client together, and for the token."""
    calls: tuple[Limit | None, Limit | None, Limit | None]
    """Of calls: for the address, for the client, and for the connection."""
    subject: Limit | None
    ipv6_prefix: int
    counters: Counters | None
    """None where nothing is counted."""

    @classmethod
    def of(cls, settings: LimitSettings, counters: Counters | None) -> Self:
        """Return those of the settings; nothing is counted without `counters`."""

        def limit(name: str) -> Limit | None:
            return make_limit(name, getattr(settings, name))

        return cls(
            attempts=(limit("failed_attempts_by_address"), limit("failed_attempts"), limit("failed_attempts_by_token")),
            calls=(limit("address"), limit("client"), limit("connection")),
            subject=limit("subject"),
            ipv6_prefix=settings.ipv6_prefix,
            counters=counters,
        )

    async def admit_subject(self, subject: str) -> None:
        """Count a login or a refresh of a user.

        Raises:
            TooManyRequests: there are too many.
        """
        if self.counters is not None:
            await self.counters.check((), ((self.subject, subject),))


NO_LIMITS = Limits.of(LimitSettings(), None)
"""For what nothing is counted of."""
