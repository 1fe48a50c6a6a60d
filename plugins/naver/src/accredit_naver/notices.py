"""What Naver tells of its own accord: a user has withdrawn consent, or has left Naver (the disconnect callback).

Naver says it once and does not repeat it. Keys are made of our secret by MD5, and the user's id is encrypted by AES in
CBC mode: both are Naver's choice. The id is decrypted only where the signature, over it, is right.
Source: https://developers.naver.com/docs/login/devguide/devguide.md, section 4.4
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from accredit.errors import InvalidNotice
from accredit.notices import Notice, NoticeAnswer, NoticeEvent, NoticeRequest, form_fields
from accredit_naver.answers import USER_ID

OLDEST_S: Final = 86_400
"""Naver names no end of a notice: a day is our choice, for clocks that differ and requests that wait on the way."""
SKEW_S: Final = 300
_BLOCK: Final = 16
"""Bytes of AES: of a block, of the key, and of the initialization vector."""
_SECONDS = re.compile(r"[1-9][0-9]{0,10}")
_ENCRYPTED = re.compile(r"[A-Za-z0-9_-]{1,512}")


def read_disconnection(request: NoticeRequest, *, secret: str, now: float) -> Notice:
    """Verify a call of the disconnect callback, and say what it tells; `now` is in epoch seconds.

    Raises:
        InvalidNotice: it is forged, malformed, or too old.
    """
    if request.method != "POST":
        raise InvalidNotice("not by POST")
    # The page has a form, and its example a query: whichever is there.
    said = form_fields(request.body or request.query)
    key = notice_key(secret)
    signature = said.get("signature", "")
    if not hmac.compare_digest(signed(said, key).encode(), signature.encode("utf-8", "surrogatepass")):
        raise InvalidNotice("wrong signature")
    timestamp = said.get("timestamp", "")
    if not _SECONDS.fullmatch(timestamp) or not now - OLDEST_S <= int(timestamp) <= now + SKEW_S:
        raise InvalidNotice("timestamp is too old, or no time")
    return Notice(
        audience=(said.get("clientId", ""),),
        # Naver does not say which of the two it was: whoever has left has withdrawn consent as well.
        events=(NoticeEvent("consent_revoked", _decrypted(said.get("encryptUniqueId", ""), key)),),
        answer=NoticeAnswer(204),
        id=signature,  # it follows from the rest, letter for letter
        replayable_s=OLDEST_S + 2 * SKEW_S,
    )


def notice_key(secret: str) -> bytes:
    """Return the key of signatures and of encryption, 16 bytes."""
    return hashlib.md5(secret.encode(), usedforsecurity=False).digest()


def signed(said: Mapping[str, str], key: bytes) -> str:
    """Return the signature of a notice's parameters: base64url without padding."""
    base = "&".join(f"{name}={said.get(name, '')}" for name in ("clientId", "encryptUniqueId", "timestamp"))
    mac = hmac.digest(key, base.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _decrypted(encrypted: str, key: bytes) -> str:
    if not _ENCRYPTED.fullmatch(encrypted):
        raise InvalidNotice("encryptUniqueId is no base64url")
    try:
        raw = base64.urlsafe_b64decode(encrypted + "=" * (-len(encrypted) % 4))
        decryptor = Cipher(AES(key), CBC(raw[:_BLOCK])).decryptor()
        unpadder = PKCS7(8 * _BLOCK).unpadder()
        padded = decryptor.update(raw[_BLOCK:]) + decryptor.finalize()
        user_id = (unpadder.update(padded) + unpadder.finalize()).decode()
    except (binascii.Error, ValueError):
        raise InvalidNotice("encryptUniqueId cannot be decrypted") from None
    if not USER_ID.fullmatch(user_id):
        raise InvalidNotice("encryptUniqueId holds no user id")
    return user_id
