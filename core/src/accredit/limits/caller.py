"""Who sent a request: the peer, or whom a trusted proxy says that it has passed on."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from accredit.settings.proxies import UNIX

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_THIS_MACHINE = ("127.", "::1")
_NEARBY = (*_THIS_MACHINE, "10.", "172.", "192.168.", "fc", "fd")
"""How addresses of this machine, and of private networks, may begin: nobody else has a proxy of ours."""
_IPv4_WITH_PORT = re.compile(r"([0-9.]+):[0-9]+")


class CallerAddress:
    """Return the address of who has sent a request.

    `trusted` are the networks of the proxies in front, as `[limits] trusted_proxies` has them. Without any, nothing is
    believed that a request says of its own way. But where this machine itself passes on what others have sent, it is a
    proxy that nobody has named, and who calls is unknown: taken for one caller, one of them could lock out all.

    `report` takes the address of the first peer nearby that passes on what others have sent, and is not trusted.
    """

    def __init__(self, trusted: Iterable[str], *, report: Callable[[str], None] | None = None) -> None:
        entries = frozenset(trusted)
        self._trusts_unix = UNIX in entries
        self._networks = tuple(ipaddress.ip_network(one) for one in entries if one != UNIX)
        self._trusts_nobody = not entries
        self._report = report

    def __call__(self, peer: str, forwarded: Callable[[], Sequence[str]]) -> str:
        """Return it: an IP address as text, or what the server calls a peer that has none; empty where nobody knows.

        `peer` is who has connected, as the server says; `forwarded` returns the values of all headers
        `X-Forwarded-For`, in their order. Each proxy adds at the right whom it has heard from, so they are believed
        from there, as far as trusted proxies go. If one of them is no address, nothing is: the peer counts.
        """
        if self._trusts_nobody:
            seen = _plain(peer) if peer.startswith("::ffff:") else peer
            if not seen.startswith(_NEARBY):
                return seen
            is_here = seen.startswith(_THIS_MACHINE) and _is_loopback(seen)
            return "" if self._is_proxy(seen, forwarded, is_asked=is_here) and is_here else seen
        nearest = _address(peer)
        if not (self._trusts(nearest) if nearest is not None else self._trusts_unix and not peer):
            seen = peer if nearest is None else str(nearest)
            self._is_proxy(seen, forwarded, is_asked=False)
            return seen
        furthest = nearest
        for hop in _from_the_right(forwarded()):
            furthest = _address(hop)
            if furthest is None or not self._trusts(furthest):
                break
        found = furthest or nearest
        return "" if found is None else str(found)

    def _is_proxy(self, peer: str, forwarded: Callable[[], Sequence[str]], *, is_asked: bool) -> bool:
        """Tell whether a peer that is not trusted passes on what others have sent, and report the first one nearby.

        Once that is done, no request is looked at that nobody has asked about.
        """
        if not (is_asked or self._report is not None) or not peer.startswith(_NEARBY) or not any(forwarded()):
            return False
        if self._report is not None and _is_private(peer):
            report, self._report = self._report, None
            report(peer)
        return True

    def _trusts(self, address: IPAddress) -> bool:
        return any(address in network for network in self._networks)


def _from_the_right(lines: Sequence[str]) -> Iterator[str]:
    """Return what lines hold, separated by commas, the last first; no more is cut out than is asked for."""
    for line in reversed(lines):
        rest = line
        while rest:
            rest, _, hop = rest.rpartition(",")
            if hop.strip():
                yield hop.strip()


def _address(text: str) -> IPAddress | None:
    """Return the address that a server or a proxy has written: with a port, in brackets, with a zone, or bare."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif ported := _IPv4_WITH_PORT.fullmatch(text):
        text = ported[1]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped


def _plain(peer: str) -> str:
    """Return one spelling of a peer's address: a server that listens for IPv6 says `::ffff:192.0.2.1` of IPv4."""
    address = _address(peer)
    return peer if address is None else str(address)


@lru_cache(maxsize=64)  # a proxy on this machine is the peer of every call
def _is_loopback(peer: str) -> bool:
    address = _address(peer)
    return address is not None and address.is_loopback


def _is_private(peer: str) -> bool:
    address = _address(peer)
    return address is not None and address.is_private
