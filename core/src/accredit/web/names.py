"""By which names the page may be asked for: a name of somebody else's that leads here is not ours.

A page of an attacker's can make its own name lead to 127.0.0.1 (DNS rebinding) and would then read whatever answers
there; but its name stands in `Host`.
"""

import ipaddress
import re
from typing import NamedTuple

from accredit.web.call import Call

_PORTS = {"http": 80, "https": 443}
_WRITTEN = re.compile(
    r"(?P<scheme>https?)://(\[(?P<v6>[0-9a-f.]*:[0-9a-f:.]*)\]|(?P<name>[a-z0-9._-]+))(:(?P<port>[0-9]{0,5}))?",
    re.IGNORECASE | re.ASCII,
)
"""As browsers write an origin, and after its scheme a `Host`; `urlsplit` lets more pass, such as `[::1]evil`."""


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
    found = _WRITTEN.fullmatch(url)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    port = int(found["port"] or _PORTS[scheme])
    return Place(scheme, (found["v6"] or found["name"]).lower(), port) if port < 65_536 else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
