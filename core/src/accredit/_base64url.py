"""Bytes as text that may stand in a URL, without padding. Source: RFC 7515 section 2."""

from binascii import b2a_base64

_FOR_URLS = bytes.maketrans(b"+/", b"-_")


def base64url(raw: bytes) -> str:
    """Encode bytes."""
    return b2a_base64(raw, newline=False).translate(_FOR_URLS, b"=").decode("ascii")
