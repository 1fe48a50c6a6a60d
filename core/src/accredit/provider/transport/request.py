"""The bytes of a request."""

import re

import httpx

_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(rb"[A-Z]+ [\x21-\x7e]+ HTTP/1\.1")


def request_bytes(request: httpx.Request, content: bytes) -> bytes:
    """Return head and body of a request.

    Raises:
        httpx.LocalProtocolError: a character that would break out of its line, or a length that is not the body's.
    """
    length = request.headers.get("content-length", "0")
    if length != str(len(content)) or "transfer-encoding" in request.headers:
        raise httpx.LocalProtocolError("the headers state another length than the body has")
    first = b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)
    headers = [b"%b: %b" % header for header in request.headers.raw]
    if not _TARGET.fullmatch(first) or not all(map(_HEADER.fullmatch, headers)):
        # Without the value: it may be a token.
        raise httpx.LocalProtocolError("the request holds a character that cannot be sent")
    return b"\r\n".join([first, *headers, b"", content])
