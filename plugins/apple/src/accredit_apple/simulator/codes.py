"""The codes of the simulated Apple: good once, for five minutes."""

import base64
import hashlib
from dataclasses import dataclass, field

from accredit.testing import Person

LIFE_S = 300
"""Source: https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code stands for: a login at one of our ids, with whatever it has begun with.

    `claims` are those of the ID token that differ from the usual ones; `ends_at` is in epoch seconds.
    """

    person: Person
    client_id: str
    redirect_uri: str | None
    challenge: str | None
    ends_at: float
    claims: dict[str, object] = field(default_factory=dict)

    def is_good(self, *, redirect_uri: str | None, verifier: str | None, now: float) -> bool:
        """Tell whether it lives, and the caller knows what the login has begun with; of a native app that is nothing.

        A verifier where there was no challenge is refused, as a challenge without a verifier is.
        """
        shown = None if verifier is None else s256(verifier)
        return now < self.ends_at and (redirect_uri, shown) == (self.redirect_uri, self.challenge)


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
