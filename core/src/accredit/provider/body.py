"""What a provider's answer is made of, where that is not as we asked: decided once, for every provider.

A body packed by gzip is unpacked, although we ask for none: a proxy on the way may pack it. One layer, and never to
more than the limit. JSON is read as real servers write it, and no further: a byte order mark is skipped
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
_ENCODINGS = _GZIP | {"", "identity"}
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_BLANKS = " \t\n\r"
"""What may stand around JSON. Source: RFC 8259 section 2."""


def is_packed(encoding: str) -> bool:
    """Tell whether a body of this `Content-Encoding` has to be unpacked.

    Raises:
        ProviderUnavailable: it is an encoding that is not unpacked.
    """
    name = encoding.strip().lower()  # Source: RFC 9110 section 8.4.1
    if name not in _ENCODINGS:
        raise ProviderUnavailable("the provider sent an encoded body")
    return name in _GZIP


def unpacked(body: bytes, *, max_bytes: int) -> bytes:
    """Return what a body holds: one member of gzip, and nothing behind it. Source: RFC 1952 section 2.2.

    Raises:
        ProviderUnavailable: it holds more than `max_bytes`, or is no gzip.
    """
    unpacker = zlib.decompressobj(wbits=_GZIP_FORMAT)
    try:
        # One byte more than there is room for tells a bomb; all the rest of it stays packed.
        plain = unpacker.decompress(body, max_bytes + 1)
    except zlib.error:
        raise ProviderUnavailable("the provider sent a broken gzip body") from None
    if unpacker.unused_data:
        raise ProviderUnavailable("the provider sent more than its gzip body")
    if len(plain) > max_bytes:
        raise ProviderUnavailable(f"answer is over {max_bytes} bytes")
    if not unpacker.eof:
        raise ProviderUnavailable("the provider sent a gzip body without its end")
    return plain


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
