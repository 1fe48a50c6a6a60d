"""The bytes of a request."""

import re

import httpx

from accredit.provider.transport.messages import Request

_LINE = re.compile(r"[A-Z]+ [\x21-\x7e]+ HTTP/1\.1")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_bytes(request: Request) -> bytes:
    """Return head and body of a request.

    Raises:
        httpx.LocalProtocolError: a character that would break out of its line.
    """
    line = f"{request.method} {request.target} HTTP/1.1"
    lines = [line]
    is_sendable = _LINE.fullmatch(line) is not None
    for name, value in request.headers:
        # Nearly every value is printable ASCII, which needs no pattern.
        is_value = (value.isascii() and value.isprintable()) or _VALUE.fullmatch(value) is not None
        is_sendable = is_sendable and is_value and _NAME.fullmatch(name) is not None
        lines.append(f"{name}: {value}")
    if not is_sendable:
        # Without the value: it may be a token.
        raise httpx.LocalProtocolError("the request holds a character that cannot be sent")
    lines += ("", "")
    return "\r\n".join(lines).encode("latin-1") + request.content
