"""Where the page is, for one browser: on loopback in a room of its own, below a name that nobody can guess.

Cookies do not know ports. Whatever serves pages on another port of the same machine, by the same name, would be sent a
cookie for all paths as soon as the operator's browser looked at it; one for a path that it cannot name it never is.
With TLS there is a name of the page's own, and a cookie that no other name can set, which must be for all paths.
Source: RFC 6265 sections 5.1.4 and 8.5.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import replace

from accredit.web.call import Call
from accredit.web.names import Place

_MARK = "/~"


def room_of(place: Place, cookie: str) -> str:
    """Return what paths begin with for the browser that has this cookie; it tells nothing of the cookie."""
    if place.is_https:
        return ""
    digest = hashlib.sha256(f"room {cookie}".encode()).digest()
    return f"{_MARK}{urlsafe_b64encode(digest[:24]).decode()}"


def enter(call: Call) -> tuple[str, Call]:
    """Return the room that a call is for, empty where it is for none, and the call as it is in there."""
    if not call.path.startswith(_MARK):
        return "", call
    name, slash, path = call.path.removeprefix(_MARK).partition("/")
    return f"{_MARK}{name}", replace(call, path=slash + path)


def is_same(room: str, other: str) -> bool:
    """Compare two in constant time."""
    return hmac.compare_digest(room.encode(), other.encode())
