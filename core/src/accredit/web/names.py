"""By which names the page may be asked for: a name of somebody else's that leads here is not ours.

A page of an attacker's can make its own name lead to 127.0.0.1 (DNS rebinding) and would then read whatever answers
there; but its name stands in `Host`.
"""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from accredit.web.call import Call

_PORTS = {"http": 80, "https": 443}


class Place(NamedTuple):
    """Where a browser believes to be."""

    scheme: str
    host: str
    port: int

    @property
    def is_https(self) -> bool:
        """Cookies go over TLS only."""
        return self.scheme == "https"


class Names:
    """The names of the page: loopback, at any port, because of tunnels; and the one of `url`, where that is set."""

    def __init__(self, url: str | None) -> None:
        self._public = None if url is None else _place(url)

    def place_of(self, call: Call) -> Place | None:
        """Return by which of our names a browser has come; None where it is none of ours."""
        host = call.headers.get("host", "")
        if self._public is not None and _place(f"{self._public.scheme}://{host}") == self._public:
            return self._public
        place = _place(f"http://{host}")
        return place if place is not None and _is_loopback(place.host) else None

    @staticmethod
    def is_own_form(call: Call, place: Place) -> bool:
        """Tell whether a form was sent by a page of ours, as far as the browser says.

        Source: Fetch standard, "`Origin` header"; Fetch Metadata, "`Sec-Fetch-Site`".
        """
        origin = call.headers.get("origin")
        if origin is not None and _place(origin) != place:
            return False
        return call.headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _place(url: str) -> Place | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return Place(parts.scheme, parts.hostname, _PORTS.get(parts.scheme, 0) if port is None else port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
