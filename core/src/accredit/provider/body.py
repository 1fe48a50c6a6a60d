"""What a provider's answer is made of, where that is not as we asked: decided once, for every provider.

A body packed by gzip is unpacked, although we ask for none: a proxy on the way may pack it. One layer, step by step,
and never to more than the limit. JSON is read as real servers write it, and no further: a byte order mark is skipped
(RFC 8259 section 8.1 lets a reader do so), and a raw control character may stand in a text, where `accredit.text`
leaves it out of a claim. Everything else that JSON does not know is nonsense: another encoding than UTF-8, a number
that is none or has no end, and a name that stands twice in one object, of which two readers take different ones.
"""

import codecs
import json
import math
import zlib
from typing import Any, NoReturn, Protocol

from accredit.errors import ProviderUnavailable

_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_FORMAT = 16 + zlib.MAX_WBITS


class Body(Protocol):
    """Takes a body as it arrives."""

    def add(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            ProviderUnavailable: it is too large, or is not what it says it is.
        """

    def whole(self) -> bytes:
        """Return all of it, once there is no more.

        Raises:
            ProviderUnavailable: its end is missing.
        """


def body_of(encoding: str, *, max_bytes: int) -> Body:
    """Return what takes a body of this `Content-Encoding`; no more than `max_bytes` come out of it, or go in.

    Raises:
        ProviderUnavailable: it is an encoding that is not unpacked.
    """
    name = encoding.strip().lower()  # Source: RFC 9110 section 8.4.1
    if name in {"", "identity"}:
        return _Plain(max_bytes)
    if name in _GZIP:
        return _Gzip(max_bytes)
    raise ProviderUnavailable("the provider sent an encoded body")


class _Plain:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = bytearray()

    @property
    def room(self) -> int:
        """How many bytes may still come."""
        return self._max_bytes - len(self._bytes)

    def add(self, chunk: bytes) -> None:
        self._bytes += chunk
        if len(self._bytes) > self._max_bytes:
            raise ProviderUnavailable(f"answer is over {self._max_bytes} bytes")

    def whole(self) -> bytes:
        return bytes(self._bytes)


class _Gzip:
    """One member, and nothing behind it. Source: RFC 1952 section 2.2."""

    def __init__(self, max_bytes: int) -> None:
        self._packed_room = max_bytes
        self._plain = _Plain(max_bytes)
        self._unpacker = zlib.decompressobj(wbits=_GZIP_FORMAT)

    def add(self, chunk: bytes) -> None:
        self._packed_room -= len(chunk)
        if self._packed_room < 0:  # what is longer packed than it may be unpacked has nothing to say
            raise ProviderUnavailable("packed answer is over the limit")
        try:
            # One byte more than there is room for tells a bomb; all the rest of it stays packed.
            self._plain.add(self._unpacker.decompress(chunk, self._plain.room + 1))
        except zlib.error:
            raise ProviderUnavailable("the provider sent a broken gzip body") from None
        if self._unpacker.unused_data:
            raise ProviderUnavailable("the provider sent more than its gzip body")

    def whole(self) -> bytes:
        if not self._unpacker.eof:
            raise ProviderUnavailable("the provider sent a gzip body without its end")
        return self._plain.whole()


def read_json(body: bytes) -> Any:
    """Return a provider's body as JSON.

    Raises:
        ValueError: it is none, or more than JSON allows.
        RecursionError: it nests too deeply.
    """
    return _decoder.decode(body.removeprefix(codecs.BOM_UTF8).decode("utf-8"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number without end")
    return value


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number of JSON's")


_decoder = json.JSONDecoder(strict=False, object_pairs_hook=_object, parse_float=_finite, parse_constant=_no_number)
