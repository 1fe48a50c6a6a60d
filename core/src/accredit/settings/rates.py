"""How often something may happen: `600/minute`, `20/5 minutes`, or `off`."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from accredit.settings.fields import ListOf
from accredit.settings.proxies import ProxyNetwork
from accredit.settings.table import Table

OFF = "off"
_RATE = re.compile(r"([1-9][0-9]{0,8})/(?:([1-9][0-9]{0,3}) )?(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def amount_and_window_s(rate: str) -> tuple[int, int] | None:
    """Return how often in how many seconds; None where nothing is counted.

    Raises:
        ValueError: it is no rate.
    """
    if rate == OFF:
        return None
    found = _RATE.fullmatch(rate)
    if found is None:
        raise ValueError('must be a rate such as "600/minute" or "20/5 minutes", or "off"')
    amount, number, unit = found.groups(default="1")
    return int(amount), int(number) * _SECONDS[unit]


def _rate(value: str) -> str:
    amount_and_window_s(value)
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""A number of calls in a window of time."""


class RateSettings(Table):
    """How often something may happen, in one process or, by `cache.url`, in all.

    A rate is `600/minute`, `20/5 minutes`, or `off`.
    """

    enabled: bool = True
    """Whether calls are counted, and refused when there are too many."""
    address: Rate = "60000/minute"
    """Calls from one address, other than by clients that have proven who they are."""
    client: Rate = "300000/minute"
    """Calls by one client."""
    connection: Rate = "300000/minute"
    """Logins by one connection: so often its provider is asked at most."""
    subject: Rate = "600/minute"
    """Logins and refreshes of one user."""
    failed_attempts: Rate = "300/minute"
    """What is refused from one address for one client and connection."""
    failed_attempts_by_address: Rate = "900/minute"
    """What is refused from one address, whatever for."""
    failed_attempts_by_token: Rate = "120/minute"  # noqa: S105 - a rate, whatever its name ends in
    """How often one token is refused, from wherever it comes."""
    ipv6_prefix: int = Field(default=64, ge=32, le=128)
    """So many bits of an IPv6 address say whose it is: a household, or a host, has all addresses below them."""
    trusted_proxies: ListOf[ProxyNetwork] = ()
    """Addresses and networks of the proxies in front: what they say in `X-Forwarded-For` is believed, from the right.
    `unix` is a proxy that connects by a Unix socket."""
