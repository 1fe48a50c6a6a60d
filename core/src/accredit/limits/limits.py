"""The limits of an exchange: which there are, and what is counted together."""

from dataclasses import dataclass
from typing import Self

from accredit.limits.counters import Counters
from accredit.limits.limit import Limit, make_limit
from accredit.settings import LimitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit there is; None for one that is off.

    Attempts that fail are counted for the address, for address, client and purpose together, and for the token: none of
    these is shared by users who have nothing to do with each other. They are never counted for a client or a connection
    alone, or one attacker could lock everybody out.
    """

    address: Limit | None
    client: Limit | None
    connection: Limit | None
    subject: Limit | None
    failed_attempts: Limit | None
    failed_attempts_by_address: Limit | None
    failed_attempts_by_token: Limit | None
    ipv6_prefix: int
    counters: Counters | None
    """None where nothing is counted: then every limit is off."""

    @classmethod
    def of(cls, settings: LimitSettings, counters: Counters | None) -> Self:
        """Return those of the settings; none without `counters`."""

        def limit(name: str) -> Limit | None:
            return None if counters is None else make_limit(name, getattr(settings, name))

        return cls(
            address=limit("address"),
            client=limit("client"),
            connection=limit("connection"),
            subject=limit("subject"),
            failed_attempts=limit("failed_attempts"),
            failed_attempts_by_address=limit("failed_attempts_by_address"),
            failed_attempts_by_token=limit("failed_attempts_by_token"),
            ipv6_prefix=settings.ipv6_prefix,
            counters=counters,
        )

    async def admit_subject(self, subject: str) -> None:
        """Count a login or a refresh of a user.

        Raises:
            TooManyRequests: there are too many.
        """
        if self.counters is not None and self.subject is not None:
            await self.counters.check((), ((self.subject, subject),))


NO_LIMITS = Limits.of(LimitSettings(), None)
"""For what nothing is counted of."""
