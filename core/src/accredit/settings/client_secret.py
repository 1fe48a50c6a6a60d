"""Client secrets: made by us of 256 random bits, kept as their SHA-256, never in clear.

The text says what it is: `sha256:` and 64 hex digits. Slow hashes and salts are for what people think up: they make a
guess costly. Nobody guesses 256 random bits, however fast, and no two secrets are the same: a slow hash would only let
whoever sends wrong secrets queue work. So a secret must be one of ours: nothing else is hashed, or let in.
Source: NIST SP 800-63B section 5.1.2.2 (secrets of 112 random bits or more need no salt and no slow hash).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import ClassVar, Self

_PREFIX = "acs_"
"""So that secret scanners, and people, can tell what they have found."""
_OURS = re.compile(r"acs_[A-Za-z0-9_-]{43}")
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
_OLD_HASHES = ("$scrypt$", "scrypt:")


def new_secret() -> str:
    """Return a new secret of 256 random bits, in characters that no encoding changes."""
    return _PREFIX + secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SecretHash:
    """What is stored of a secret."""

    digest: bytes = field(repr=False)
    form: ClassVar[re.Pattern[str]] = _OURS
    """What a secret of this kind looks like."""
    name: ClassVar[str] = "client secret"
    made_by: ClassVar[str] = "`accredit clients add` or `rotate-secret`"
    """What makes one."""

    @classmethod
    def of(cls, secret: str) -> Self:
        """Hash a secret.

        Raises:
            ValueError: it is none that we made, so that it may be guessed.
        """
        if cls.form.fullmatch(secret) is None:
            raise ValueError(f"is no {cls.name} of ours: let {cls.made_by} make one")
        return cls(_sha256(secret))

    @classmethod
    def of_nobody(cls) -> Self:
        """Return one that no secret matches, to compare with where there is no client: that takes as long."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form.

        Raises:
            ValueError: it is none. Does not quote it: it may be the secret itself.
        """
        if text.startswith(_OLD_HASHES):
            raise ValueError(
                "is a scrypt hash, which is not read any more: run `accredit clients rotate-secret` for this client,"
                " and give the client its new secret"
            )
        found = _HASH.fullmatch(text)
        if found is None:
            raise ValueError(f"is not a hash of a {cls.name}: let {cls.made_by} make one")
        return cls(bytes.fromhex(found[1]))

    def matches(self, secret: str) -> bool:
        """Tell whether this is the hash of `secret`, and that is one of ours. In constant time, some microseconds."""
        is_equal = hmac.compare_digest(self.digest, _sha256(secret))
        return is_equal and self.form.fullmatch(secret) is not None

    def __str__(self) -> str:
        return f"sha256:{self.digest.hex()}"


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
