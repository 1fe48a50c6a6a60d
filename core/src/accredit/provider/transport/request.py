"""The bytes of a request."""

import re

import httpx

from accredit.provider.transport.messages import Request

_LINE = re.compile(r"[A-Z]+ [\x21-\x7e]+ HTTP/1\.1")
_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUES = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_bytes(request: Request) -> bytes:
    """Return head and body of a request.

    Raises:
        httpx.LocalProtocolError: a character that would break out of its line.
    """
    line = f"{request.method} {request.target} HTTP/1.1"
    lines = [line, *[f"{name}: {value}" for name, value in request.headers]]
    names = [name for name, _ in request.headers]
    # What they may hold is a matter of single characters: so all of them can be looked at together.
    values = "".join([value for _, value in request.headers])
    if (
        _LINE.fullmatch(line) is None
        or "" in names
        or _NAMES.fullmatch("".join(names)) is None
        # Nearly all values are printable ASCII, which needs no pattern.
        or not ((values.isascii() and values.isprintable()) or _VALUES.fullmatch(values))
    ):
        # Without the value: it may be a token.
        raise httpx.LocalProtocolError("the request holds a character that cannot be sent")
    lines += ("", "")
    return "\r\n".join(lines).encode("latin-1") + request.content
