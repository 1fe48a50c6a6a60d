"""Calls of the disconnect callback, encrypted and signed as Naver does.

Source: https://developers.naver.com/docs/login/devguide/devguide.md, section 4.4
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent
from accredit.testing import ACCEPTED, NoticeSample, person
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN_ID, FOREIGN_SECRET, user_id

_A_MONTH_S = 30 * 86_400


def notice_samples(now: int) -> Iterator[NoticeSample]:
    """Yield what Naver may send: genuine ones first. `now` is in epoch seconds."""
    yield _sample("disconnected", "Ada withdraws her consent", now)
    yield _sample("disconnected-query", "the same in the query, as in Naver's example", now, in_query=True)
    yield _sample("another-user", "Grace has left Naver", now, key="grace")
    yield _sample("a-minute-ago", "was a minute on the way", now - 60)
    yield _sample("foreign", "of another app", now, client_id=FOREIGN_ID, secret=FOREIGN_SECRET)
    yield _sample("old", "of a month ago", now - _A_MONTH_S, expected=InvalidNotice.reason)


def parameters(uid: str, timestamp: int, *, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> dict[str, str]:
    """Return the parameters of a call: a user's id encrypted, and all of them signed."""
    key = hashlib.md5(secret.encode(), usedforsecurity=False).digest()
    vector, left = os.urandom(16), 16 - len(uid.encode()) % 16
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    encrypted = vector + encryptor.update(uid.encode() + bytes([left]) * left) + encryptor.finalize()
    said = {"clientId": client_id, "encryptUniqueId": _base64url(encrypted), "timestamp": str(timestamp)}
    base = f"clientId={client_id}&encryptUniqueId={said['encryptUniqueId']}&timestamp={timestamp}"
    return {**said, "signature": _base64url(hmac.digest(key, base.encode(), "sha256"))}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sample(
    name: str,
    about: str,
    timestamp: int,
    *,
    key: str = "ada",
    client_id: str = CLIENT_ID,
    secret: str = CLIENT_SECRET,
    expected: str = ACCEPTED,
    in_query: bool = False,
) -> NoticeSample:
    uid, is_foreign = user_id(person(key)), client_id != CLIENT_ID
    said = parameters(uid, timestamp, client_id=client_id, secret=secret)
    expected = InvalidNotice.reason if is_foreign else expected
    return NoticeSample(
        name=name,
        about=about,
        query=urlencode(said) if in_query else "",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=b"" if in_query else urlencode(said).encode(),
        proof=said["signature"],
        events=(NoticeEvent("consent_revoked", uid),) if expected == ACCEPTED else (),
        expected=expected,
        is_foreign=is_foreign,
    )
