"""The bytes of a request."""

import re
from functools import lru_cache

import httpx

from accredit.provider.transport.messages import Request, with_query

_METHOD = re.compile(r"[A-Z]+")
_TARGET = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUES = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_bytes(request: Request) -> bytes:
    """Return head and body of a request.

    Raises:
        httpx.LocalProtocolError: a character that would break out of its line.
    """
    method, address, query, headers, content, _, _ = request
    names, values = zip(*headers, strict=True)
    head = _head(method, names)
    target = with_query(address.target, query)
    # What they may hold is a matter of single characters: so all of them can be looked at together.
    text = "".join(values)
    # Nearly all values are printable ASCII, which needs no pattern.
    is_text = (text.isascii() and text.isprintable()) or _VALUES.fullmatch(text) is not None
    if not is_text or _TARGET.fullmatch(target) is None:
        raise _unsendable()
    return (head % (target, *values)).encode("latin-1") + content


@lru_cache(256)  # nearly all calls have the same few headers
def _head(method: str, names: tuple[str, ...]) -> str:
    """Return the head of all requests with these headers, with a gap for the target and for each value."""
    if not (_METHOD.fullmatch(method) and all(map(_NAME.fullmatch, names))):
        raise _unsendable()
    lines = [f"{method} %s HTTP/1.1", *[f"{name.replace('%', '%%')}: %s" for name in names], "", ""]
    return "\r\n".join(lines)


def _unsendable() -> httpx.LocalProtocolError:
    # Without the value: it may be a token.
    return httpx.LocalProtocolError("the request holds a character that cannot be sent")
