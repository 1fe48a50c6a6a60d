"""What a refresh token looks like: 256 secret bits behind a handle that names its session.

A spent token whose row is long gone is still known as one of its session: whoever shows it held one, so it counts as
reuse, and few rows need to be kept of a session that refreshes all day. The session's id, which our tokens carry as
`sid`, is a hash of the handle: who knows the id knows neither handle nor token.
"""

import base64
import binascii
import hashlib
import secrets

_TIME_BYTES, _HANDLE_BYTES, _SECRET_BYTES = 4, 22, 32
_LENGTH = 72
"""54 bytes in base64, without padding."""


def new_session_id(now: int) -> str:
    """Return the id of a session without refresh tokens. `now` is epoch seconds."""
    return _id_of(_new_handle(now))


def new_refresh_token(now: int) -> tuple[str, str]:
    """Return the first refresh token of a session, and the session's id. `now` is epoch seconds."""
    handle = _new_handle(now)
    return _encoded(handle + secrets.token_bytes(_SECRET_BYTES)), _id_of(handle)


def successor_of(token: str) -> str:
    """Return a fresh token of the same session; of the older form where `token` is, which names no session."""
    raw = _raw(token)
    if raw is None:
        return secrets.token_urlsafe(_SECRET_BYTES)
    return _encoded(raw[:_HANDLE_BYTES] + secrets.token_bytes(_SECRET_BYTES))


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


def _new_handle(now: int) -> bytes:
    return (now & 0xFFFF_FFFF).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_HANDLE_BYTES - _TIME_BYTES)


def _id_of(handle: bytes) -> str:
    # By time, so that the index of sessions grows at its end.
    digest = hashlib.sha256(b"accredit session" + handle).digest()[:16]
    return f"{handle[:_TIME_BYTES].hex()}.{_encoded(digest)}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(token: str) -> bytes | None:
    if len(token) != _LENGTH:
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _HANDLE_BYTES + _SECRET_BYTES else None  # fewer with padding
