"""Which proxies stand in front, and so may say whom they pass on."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator

UNIX = "unix"
"""A proxy that connects by a Unix socket: such a peer has no address."""


def _network(value: str) -> str:
    if value != UNIX:
        try:
            ipaddress.ip_network(value)
        except ValueError:  # its own text quotes the value
            raise ValueError(
                'must be an IP address or a network such as 10.0.0.0/8, written with its first address; or "unix"'
            ) from None
    return value


ProxyNetwork = Annotated[str, AfterValidator(_network)]
"""An IP address, a network in CIDR notation, or `unix`."""
