"""The security event tokens of the simulated Google.

Source: https://developers.google.com/identity/protocols/risc
"""

from collections.abc import Mapping
from typing import Any

from accredit.testing import PEOPLE, IdTokenIssuer, Person
from accredit_google_oauth2.simulator.tokens import ANDROID, WEB, subject

RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
ISSUER = "https://accounts.google.com/"
"""With a slash, other than in ID tokens."""


def user(someone: Person, subject_type: str = "iss-sub") -> dict[str, Any]:
    """Return the subject of an event about a user."""
    return {"subject_type": subject_type, "iss": ISSUER, "sub": subject(someone)}


def mint(google: IdTokenIssuer, events: Mapping[str, Any], /, *, jti: str | None, **changes: object) -> str:
    """Return a token for both clients of our project; `changes` are claims that differ, None leaves one out.

    It never ends, so it has no `exp`.
    """
    of_id_tokens = dict.fromkeys(google.claims(PEOPLE[0]))
    claims = {"iss": ISSUER, "aud": [WEB, ANDROID], "iat": int(google.clock()), "jti": jti, "events": events}
    return google.mint(PEOPLE[0], changes={**of_id_tokens, **claims, **changes}, header={"typ": "secevent+jwt"})
