"""Whose an address is: one machine's at IPv4; at IPv6 a whole network's, in which anybody may take a new one."""

import socket

_IPV4_MAPPED = bytes(10) + b"\xff\xff"
_IPV4_TRANSLATED = b"\x00\x64\xff\x9b" + bytes(8)
"""All of IPv4, as servers see it that have IPv6 only, behind a translator. Source: RFC 6052 section 2.1."""


def network_of(address: str, *, ipv6_prefix: int) -> str:
    """Return what stands for all addresses that one caller has; empty where the address is.

    What is no address, such as the name of a test client, stands for itself.
    """
    if ":" not in address:
        return address
    try:
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return address
    if packed.startswith((_IPV4_MAPPED, _IPV4_TRANSLATED)):
        return socket.inet_ntop(socket.AF_INET, packed[-4:])
    return f"{int.from_bytes(packed) >> (128 - ipv6_prefix):x}/{ipv6_prefix}"
