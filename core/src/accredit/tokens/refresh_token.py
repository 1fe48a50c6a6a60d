"""What a refresh token looks like: 256 secret bits behind a handle that names its session.

A spent token whose row is long gone is still known as one of its session: whoever shows it held one, so it counts as
reuse, and few rows need to be kept of a session that refreshes all day. The session's id, which our tokens carry as
`sid`, is a hash of the handle: who knows the id knows neither handle nor token.
"""

import binascii
import hashlib
import secrets

from accredit._base64url import base64url

_TIME_BYTES, _HANDLE_BYTES, _SECRET_BYTES = 4, 22, 32
_RAW_BYTES = _HANDLE_BYTES + _SECRET_BYTES
_LENGTH = 72
"""54 bytes in base64, without padding."""
_FROM_URLS = bytes.maketrans(b"-_", b"+/")


def new_session_id(now: int) -> str:
    """Return the id of a session without refresh tokens. `now` is epoch seconds."""
    return _id_of(_time(now) + secrets.token_bytes(_HANDLE_BYTES - _TIME_BYTES))


def new_refresh_token(now: int) -> tuple[str, str]:
    """Return the first refresh token of a session, and the session's id. `now` is epoch seconds."""
    raw = _time(now) + secrets.token_bytes(_RAW_BYTES - _TIME_BYTES)
    return base64url(raw), _id_of(raw[:_HANDLE_BYTES])


def successor_of(token: str) -> str:
    """Return a fresh token of the same session; of the older form where `token` is, which names no session."""
    raw = _raw(token)
    if raw is None:
        return secrets.token_urlsafe(_SECRET_BYTES)
    return base64url(raw[:_HANDLE_BYTES] + secrets.token_bytes(_SECRET_BYTES))


def session_id_of(token: str) -> str | None:
    """Return the id of the session that a token of our form belongs to, whether there is one or not."""
    raw = _raw(token)
    return None if raw is None else _id_of(raw[:_HANDLE_BYTES])


def imported_session_id(token_hash: str, issued_at: int) -> str:
    """Return the id of the session that continues another server's refresh token: always the same one.

    `token_hash` is what `hash_token` makes of it, `issued_at` epoch seconds.
    """
    return _id_of(issued_at.to_bytes(8, "big", signed=True)[-_TIME_BYTES:] + b"imported" + bytes.fromhex(token_hash))


def hash_token(token: str) -> str:
    """Return the form in which a refresh token is stored: with 256 random bits, a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def _time(now: int) -> bytes:
    return (now & 0xFFFF_FFFF).to_bytes(_TIME_BYTES, "big")


def _id_of(handle: bytes) -> str:
    # By time, so that the index of sessions grows at its end.
    digest = hashlib.sha256(b"accredit session" + handle).digest()[:16]
    return f"{handle[:_TIME_BYTES].hex()}.{base64url(digest)}"


def _raw(token: str) -> bytes | None:
    if len(token) != _LENGTH:
        return None
    try:
        raw = binascii.a2b_base64(token.encode().translate(_FROM_URLS), strict_mode=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _RAW_BYTES else None  # fewer with padding
