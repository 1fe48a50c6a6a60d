"""What a provider's answer is made of, where that is not as we asked: decided once, for every provider.

A body packed by gzip is unpacked, although we ask for none: a proxy on the way may pack it. One layer, step by step,
and never to more than the limit. JSON is read as real servers write it, and no further: a byte order mark is skipped
(RFC 8259 section 8.1 lets a reader do so), and a raw control character may stand in a text, where `accredit.text`
leaves it out of a claim. Everything else that JSON does not know is nonsense: another encoding than UTF-8, a number
that is none or has no end, and a name that stands twice in one object, of which two readers take different ones.
"""

import json
import math
import zlib
from codecs import BOM_UTF8
from typing import Any, NoReturn

from accredit.errors import ProviderUnavailable

_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_BLANKS = " \t\n\r"
"""What may stand around JSON. Source: RFC 8259 section 2."""


class Gzip:
    """Unpacks one member, and nothing behind it. Source: RFC 1952 section 2.2."""

    def __init__(self, max_bytes: int) -> None:
        self._packed_room = max_bytes
        self._unpacker = zlib.decompressobj(wbits=_GZIP_FORMAT)

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """Return what the next bytes hold: what is longer than `room` is cut, and still longer than that.

        Raises:
            ProviderUnavailable: they are no gzip, or too many.
        """
        self._packed_room -= len(chunk)
        if self._packed_room < 0:  # what is longer packed than it may be unpacked has nothing to say
            raise ProviderUnavailable("packed answer is over the limit")
        try:
            # One byte more than there is room for tells a bomb; all the rest of it stays packed.
            plain = self._unpacker.decompress(chunk, room + 1)
        except zlib.error:
            raise ProviderUnavailable("the provider sent a broken gzip body") from None
        if self._unpacker.unused_data:
            raise ProviderUnavailable("the provider sent more than its gzip body")
        return plain

    def end(self) -> None:
        """Learn that there is no more.

        Raises:
            ProviderUnavailable: its end is missing.
        """
        if not self._unpacker.eof:
            raise ProviderUnavailable("the provider sent a gzip body without its end")


def packed_by(encoding: str, *, max_bytes: int) -> Gzip | None:
    """Return what unpacks a body of this `Content-Encoding`, of `max_bytes` at most; None where it is not packed.

    Raises:
        ProviderUnavailable: it is an encoding that is not unpacked.
    """
    name = encoding.strip().lower()  # Source: RFC 9110 section 8.4.1
    if name in {"", "identity"}:
        return None
    if name in _GZIP:
        return Gzip(max_bytes)
    raise ProviderUnavailable("the provider sent an encoded body")


def read_json(body: bytes) -> Any:
    """Return a provider's body as JSON.

    Raises:
        ValueError: it is none, or more than JSON allows.
        RecursionError: it nests too deeply.
    """
    text = body.removeprefix(BOM_UTF8).decode().strip(_BLANKS)
    value, end = _decoder.raw_decode(text)
    if end != len(text):
        raise ValueError("more than one value")
    return value


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
