"""A provider's token that is kept to be revoked: when its user is erased, the provider is told.

Where a provider takes our own secret and the user's id in the place of a token, the id is kept, and nothing secret.

A strategy puts it into `Verification.provider_token`, and takes it back in `Strategy.revoke`. It is kept where the
connection says so, encrypted; everywhere else it is forgotten at once.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import SecretStr

TokenKind = Literal["access_token", "refresh_token", "user_id"]
"""What a token is, in the words of RFC 7009 section 2.1 (`token_type_hint`); `user_id`: none, but who the user is.

With `user_id` the value is the `user_id` of the verification, and it may stand in a URL.
"""

LONGEST_TOKEN = 16_384
"""Characters of a provider's token."""
_TOKEN = re.compile(r"[\x20-\x7e]+")
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocableToken:
    """A token by which what a user has granted at a provider can be taken back.

    `client_id` is our id there that it was given to, None where the provider does not ask for it. `expires_at`, in
    epoch seconds, is from when on it is good for nothing, None where nobody knows of an end: a provider does not tell
    one that has ended from one that was revoked, so that `revoke` is not called with it any more.

    Raises:
        TypeError: `value` is no secret text, `client_id` no text, or `expires_at` no whole number.
        ValueError: `kind` is none, `value` is not 1 to 16,384 printable ASCII characters, `client_id` not 1 to 256
            of them without blanks, or `expires_at` not positive.
    """

    value: SecretStr
    kind: TokenKind
    client_id: str | None = None
    expires_at: int | None = None

    def __post_init__(self) -> None:
        value: object = self.value
        text: object = value.get_secret_value() if isinstance(value, SecretStr) else None
        if not isinstance(text, str):
            raise TypeError("the token's value must be a SecretStr")
        if len(text) > LONGEST_TOKEN or not _TOKEN.fullmatch(text):
            raise ValueError(f"the token's value must be 1 to {LONGEST_TOKEN} printable ASCII characters")
        if self.kind not in get_args(TokenKind):
            raise ValueError(f"the token's kind must be one of {', '.join(get_args(TokenKind))}")
        client_id: object = self.client_id
        if client_id is not None:
            if not isinstance(client_id, str):
                raise TypeError("the token's client_id must be a string, or None")
            if not _CLIENT_ID.fullmatch(client_id):
                raise ValueError("the token's client_id must be 1 to 256 printable ASCII characters without blanks")
        if self.expires_at is not None:
            if type(self.expires_at) is not int:  # not isinstance: True is an int
                raise TypeError("the token's expires_at must be a whole number, or None")
            if self.expires_at <= 0:
                raise ValueError("the token's expires_at must be positive")

    @classmethod
    def of(
        cls, value: str, *, kind: TokenKind, client_id: str | None = None, expires_at: int | None = None
    ) -> "RevocableToken":
        """Build one from plain strings."""
        return cls(value=SecretStr(value), kind=kind, client_id=client_id, expires_at=expires_at)

    def fits(self, user_id: str) -> bool:
        """Tell whether a verification of that user may bring it: an id is nobody else's."""
        return self.kind != "user_id" or self.reveal() == user_id

    def reveal(self) -> str:
        """Return the token itself, to send it to the provider and nowhere else."""
        return self.value.get_secret_value()
