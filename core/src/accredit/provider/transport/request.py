"""The bytes of a request."""

import re

import httpx

from accredit.provider.transport.messages import Request

_HEAD = re.compile(r"[A-Z]+ [\x21-\x7e]+ HTTP/1\.1(\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*)*")


def request_bytes(request: Request) -> bytes:
    """Return head and body of a request.

    Raises:
        httpx.LocalProtocolError: a character that would break out of its line.
    """
    head = f"{request.method} {request.target} HTTP/1.1"
    for name, value in request.headers:
        head += f"\r\n{name}: {value}"
    # A header with a line break in it reads like two: so they are counted as well.
    if not _HEAD.fullmatch(head) or head.count("\r") != len(request.headers):
        # Without the value: it may be a token.
        raise httpx.LocalProtocolError("the request holds a character that cannot be sent")
    return b"%b\r\n\r\n%b" % (head.encode("latin-1"), request.content)
