"""Origins of browsers, as they stand in a request's header `Origin`.

Source: Fetch Standard section 3.2; HTML Standard, "serialization of an origin"; RFC 6454 section 6.2.
"""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator

_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_ADDRESS = re.compile(r"\[.*\]|.*\.?[0-9]+\.?")
"""An IP address: a host in brackets, or one whose last label is a number (URL Standard section 3.5)."""


def _check(value: str) -> str:
    if not value.isascii():
        raise ValueError(
            "must be ASCII, as browsers send it: a name with other letters is written xn--…, "
            "such as https://xn--bcher-kva.example"
        )
    found = _ORIGIN.fullmatch(value)
    if found is None:
        raise ValueError(
            "is no origin as browsers send it, such as https://app.example.com: "
            "small letters, neither a path nor a slash at the end, no *"
        )
    scheme, host, port = found.group("scheme", "host", "port")
    if port is not None and (port == _DEFAULT_PORTS.get(scheme) or int(port) > 65_535):
        raise ValueError("names a port that browsers do not send: leave out the default one")
    if _ADDRESS.fullmatch(host) and host != _canonical(host):
        raise ValueError("names an IP address in another form than browsers send it")
    return value


def _canonical(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    return f"[{address.compressed}]" if address.version == 6 else str(address)


Origin = Annotated[str, AfterValidator(_check)]
"""An origin as browsers send it, compared exactly."""
