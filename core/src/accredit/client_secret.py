"""Client secrets: made by us, kept as a slow hash in one line of text, never in clear.

The text is a PHC string, as passlib and others write it: `$scrypt$ln=14,r=8,p=1$<salt>$<hash>`, both parts in base64
without padding. Source: RFC 7914; the PHC string format.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Self

_PREFIX = "acs_"
"""So that secret scanners, and people, can tell what they have found."""
_LN, _R, _P = 14, 8, 1
"""16 MiB and some 40 ms: the secret has 256 random bits, so this only makes guessing at it pointless twice."""
_LARGEST_LN, _LARGEST_R, _LARGEST_P = 17, 16, 4
_SALT_BYTES = 16
_HASH_BYTES = 32
_PHC = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})")


def new_secret() -> str:
    """Return a new secret of 256 random bits, in characters that no encoding changes."""
    return _PREFIX + secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SecretHash:
    """What is stored of a secret."""

    ln: int
    """Binary logarithm of scrypt's cost."""
    r: int
    p: int
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        """Hash a secret under a new salt. Slow on purpose."""
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(_LN, _R, _P, salt, _scrypt(secret, salt, _LN, _R, _P))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form.

        Raises:
            ValueError: it is none, or asks for more work than a request may cost. Does not quote it: it may be the
                secret itself.
        """
        found = _PHC.fullmatch(text)
        problem = "is not a hash of a client secret: let `accredit clients add` or `rotate-secret` make one"
        if found is None:
            raise ValueError(problem)
        ln, r, p = (int(number) for number in found.groups()[:3])
        if not (10 <= ln <= _LARGEST_LN and 1 <= r <= _LARGEST_R and 1 <= p <= _LARGEST_P):
            raise ValueError("asks for an unreasonable amount of work")
        try:
            salt, digest = (
                base64.b64decode(part + "=" * (-len(part) % 4), validate=True) for part in found.groups()[3:]
            )
        except binascii.Error:
            raise ValueError(problem) from None
        return cls(ln, r, p, salt, digest)

    def matches(self, secret: str) -> bool:
        """Tell whether this is the hash of `secret`. Slow on purpose: call it in a thread."""
        return hmac.compare_digest(self.digest, _scrypt(secret, self.salt, self.ln, self.r, self.p))

    def __str__(self) -> str:
        salt, digest = (base64.b64encode(part).rstrip(b"=").decode("ascii") for part in (self.salt, self.digest))
        return f"$scrypt$ln={self.ln},r={self.r},p={self.p}${salt}${digest}"


def _scrypt(secret: str, salt: bytes, ln: int, r: int, p: int) -> bytes:
    n = 1 << ln
    memory = 128 * r * (n + p + 2)
    return hashlib.scrypt(secret.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory + 1_048_576, dklen=_HASH_BYTES)
