"""The head of a request, its first line and its headers: collected up to a bound before any parser sees it.

A parser makes objects of each header, and keeps what it has of a half-sent one. So it gets whole heads only, of which
size and number are known to be in bounds.
"""

import re

from accredit.serving.refusal import headers_too_large, malformed
from accredit.settings import ServerSettings

END = b"\r\n\r\n"

_UPGRADE = re.compile(rb"\r\nupgrade[ \t]*:[^\r\n]*", re.IGNORECASE)


class Head:
    """What has arrived of one head."""

    __slots__ = ("_held", "_limits")

    def __init__(self, limits: ServerSettings) -> None:
        self._limits = limits
        self._held = b""

    @property
    def begun(self) -> bool:
        """Whether a part of it is there."""
        return bool(self._held)

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        """Return the head, empty as long as a part of it is missing, and what follows it.

        Raises:
            RequestRefused: it is too long, has too many headers, or is no HTTP.
        """
        limit = self._limits.max_header_bytes
        if self._held:
            start = max(0, len(self._held) - len(END) + 1)
            data, self._held = self._held + data, b""
        else:
            start = 0
            # Empty lines before a request are ignored. Source: RFC 9112 section 2.2.
            if data[:1] in b"\r\n":
                data = data.lstrip(b"\r\n")
            # A method is in capitals. Who speaks TLS here would wait for an answer until the time is up.
            if data and not data[:1].isupper():
                raise malformed()
        end = data.find(END, start, limit)
        if end >= 0:
            end += len(END)
            return self._checked(data[:end]), data[end:]
        if len(data) >= limit:
            raise headers_too_large()
        self._held = data
        return b"", b""

    def _checked(self, head: bytes) -> bytes:
        if head.count(b"\r\n") - 2 > self._limits.max_headers:
            raise headers_too_large()
        # Ignored, as RFC 9110 section 7.8 allows: curl and Java's client offer HTTP/2 in this way. The parser would
        # take what follows for another protocol, and so lose the body.
        return _UPGRADE.sub(b"", head) if b"\r\nupgrade" in head.lower() else head
