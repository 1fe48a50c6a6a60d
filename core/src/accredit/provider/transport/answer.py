"""One answer of a provider as it arrives: llhttp parses, this bounds.

Bounded are the number of informational answers and of headers, and all bytes that are no body: heads, chunk sizes and
extensions, trailers. The body itself is bounded by whoever reads it.
"""

import httptools
import httpx

INFORMATIONAL_ANSWERS = 8
HEADERS = 200
BYTES_BESIDE_BODY = 65_536
_CHUNK_BYTES = 9
"""So many bytes a chunk of one byte may take with its frame, so that small chunks of a large body do not count."""


class Answer:
    """Status, headers and the parts of the body that nobody has taken yet. `has_body` is False for a HEAD."""

    def __init__(self, *, has_body: bool = True) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.begin(has_body=has_body)

    def begin(self, *, has_body: bool) -> None:
        """Wait for an answer: the first one, or the next one on a connection that may stay, with the same parser."""
        self._has_body = has_body
        self._informational = self._received = self._body_bytes = 0
        self._until_close = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.is_headed = self.is_whole = self.may_stay = False

    @property
    def has_begun(self) -> bool:
        """Tell whether any byte of it has come."""
        return self._received > 0

    def feed(self, data: bytes) -> None:
        """Take what has arrived.

        Raises:
            httpx.RemoteProtocolError: it is no answer, more than one, or beyond the bounds.
        """
        self._received += len(data)
        try:
            self._parser.feed_data(data)
            if self._received - _CHUNK_BYTES * self._body_bytes > BYTES_BESIDE_BODY:
                raise ValueError("more head or framing than a provider needs")
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, ValueError) as exc:
            # What was whole is no longer, if more comes than one answer: somebody disagrees about where it ends.
            self.is_whole = self.may_stay = self._until_close = False
            self.parts.clear()
            # Without the parser's text: that quotes what the provider sent.
            raise httpx.RemoteProtocolError(f"no HTTP answer: {type(exc).__name__}") from None

    def end(self) -> None:
        """Learn that the connection has ended in good order: the only end that an answer without a length has."""
        self.is_whole = self.is_whole or self._until_close

    def let_go(self) -> None:
        """Take apart the circle of answer and parser, so that nothing is left for the garbage collector to find."""
        del self._parser

    def take(self) -> bytes:
        """Return what there is of the body, and forget it."""
        body = b"".join(self.parts)
        self.parts.clear()
        return body

    # What the parser calls. An error that is raised here makes `feed_data` stop and raise its own.

    def on_message_begin(self) -> None:
        """Refuse a second answer to one request."""
        if self.is_whole:
            raise ValueError("two answers")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; drop a trailer, which must not change what the head has said."""
        if self.is_headed:
            return
        self.headers.append((name, value.rstrip(b" \t")))
        if len(self.headers) > HEADERS:
            raise ValueError("too many headers")

    def on_headers_complete(self) -> None:
        """Decide how the body ends. Source: RFC 9112 section 6.3."""
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self._informational += 1
            if self.status < 100 or self.status == 101 or self._informational > INFORMATIONAL_ANSWERS:
                raise ValueError("an answer that was not asked for")
            return
        self.is_headed = True
        names = set(map(bytes.lower, dict(self.headers)))
        if b"transfer-encoding" in names:
            codings = [value.lower() for name, value in self.headers if name.lower() == b"transfer-encoding"]
            # We ask for no other coding, and two statements of the length are how answers are smuggled.
            if codings != [b"chunked"] or b"content-length" in names:
                raise ValueError("unclear length")
        elif b"content-length" not in names:
            self._until_close = True
        self.is_whole = not self._has_body

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        if self.is_whole:
            raise ValueError("a body where there is none")
        self.parts.append(body)
        self._body_bytes += len(body)

    def on_message_complete(self) -> None:
        """Note the end; after an informational answer the real one is still to come."""
        if self.is_headed:
            self.may_stay = self._parser.should_keep_alive()
            self.is_whole = True
        else:
            self.headers.clear()
