"""Where the body of a request may end, so that no byte behind it is parsed before the request is answered."""

from accredit.serving.head import END
from accredit.serving.refusal import malformed

MOST_EMPTY_LINES = 256
"""In one body in chunks, data included: each costs a call of the parser, which no form and no JSON is worth."""


class Body:
    """The body of one request: of `length` bytes, or in chunks where that is None.

    A body in chunks ends with an empty line. What may stand in one beside the data, trailers and extensions, has no
    bound in HTTP: `max_framing_bytes` bounds it, between one byte of data and the next.
    """

    __slots__ = ("_empty_lines", "_framing", "_last", "_max_framing", "_missing")

    def __init__(self, length: int | None, *, max_framing_bytes: int) -> None:
        self._missing = length
        self._max_framing = max_framing_bytes
        self._framing = self._empty_lines = 0
        self._last = b""  # bytes of an empty line that may have come in two parts

    def end(self, data: bytes, at: int) -> int:
        """Return how far `data` may be parsed from `at` on: never beyond the body.

        Raises:
            RequestRefused: there is too much beside the data, or there are too many empty lines.
        """
        if self._missing is not None:
            end = min(len(data), at + self._missing)
            self._missing -= end - at
            return end
        if self._framing >= self._max_framing:
            raise malformed()
        limit = min(len(data), at + self._max_framing - self._framing)
        early = (self._last + data[at : at + len(END) - 1]).find(END)
        found = -1
        if early >= 0:
            end = at + early + len(END) - len(self._last)
        else:
            found = data.find(END, at, limit)
            end = limit if found < 0 else found + len(END)
        if early >= 0 or found >= 0:
            self._empty_lines += 1
            if self._empty_lines > MOST_EMPTY_LINES:
                raise malformed()
        self._last = (self._last + data[max(at, end - len(END) + 1) : end])[-(len(END) - 1) :]
        self._framing += end - at
        return end

    def has_data(self) -> None:
        """Say that what was parsed last held data."""
        self._framing = 0
