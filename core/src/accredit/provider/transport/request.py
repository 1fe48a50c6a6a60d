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
    if not _LINE.fullmatch(line) or not all(map(_is_header, request.headers)):
        # Without the value: it may be a token.
        raise httpx.LocalProtocolError("the request holds a character that cannot be sent")
    headers = "".join([f"{name}: {value}\r\n" for name, value in request.headers])
    return f"{line}\r\n{headers}\r\n".encode("latin-1") + request.content


def _is_header(header: tuple[str, str]) -> bool:
    name, value = header
    if not _NAME.fullmatch(name):
        return False
    # Nearly every value is printable ASCII, which needs no pattern.
    return (value.isascii() and value.isprintable()) or _VALUE.fullmatch(value) is not None
