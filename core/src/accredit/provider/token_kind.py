"""Tell an ID token from the other JWTs of its issuer: same key, same audience, another meaning.

Source: RFC 8725 section 3.12 (different validation rules for different kinds of JWTs).
"""

from collections.abc import Mapping
from typing import Any

from accredit.errors import InvalidProviderToken


def check_header_typ(header: Mapping[str, Any]) -> None:
    """Refuse a JWT that is declared to be of another kind: `at+jwt`, `logout+jwt`, `secevent+jwt`, whatever it is.

    An ID token has no kind of its own: its `typ` is absent or `JWT`. That is short for the media type
    `application/jwt`, which is the same in any case (RFC 7515 section 4.1.9; RFC 7519 section 5.1; RFC 8725 section
    3.11). So nothing else is accepted, also what is registered tomorrow.

    Raises:
        InvalidProviderToken: `typ` is something else.
    """
    if _kind(header) != "jwt":
        raise InvalidProviderToken("typ of the header is not JWT: this is no ID token")


def check_event_typ(header: Mapping[str, Any]) -> None:
    """Refuse a JWT that is declared to be something else than a security event token.

    Its kind is `secevent+jwt`; Apple and Google send `JWT` or none (RFC 8417 section 2.3 asks for no more).

    Raises:
        InvalidProviderToken: `typ` is something else.
    """
    if _kind(header) not in ("jwt", "secevent+jwt"):
        raise InvalidProviderToken("typ of the header is neither secevent+jwt nor JWT: this is no security event")


def _kind(header: Mapping[str, Any]) -> str | None:
    typ = header.get("typ", "jwt")
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else None


def check_claims(claims: Mapping[str, Any]) -> None:
    """Refuse a JWT whose claims say that it is something else.

    Raises:
        InvalidProviderToken: `typ` is not `ID`, `token_use` is not `id`, or there are `events`.
    """
    # Keycloak's access, refresh, offline and logout tokens have the header of its ID tokens, and Bearer, Refresh,
    # Offline, Logout in this claim. Nobody else has to have it; who has it must mean an ID token by it.
    # Source: org.keycloak.util.TokenUtil of keycloak/keycloak (TOKEN_TYPE_ID).
    if claims.get("typ", "ID") != "ID":
        raise InvalidProviderToken("claim typ is not ID: this is no ID token")
    # Amazon Cognito signs both with keys of one key set.
    # Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    if claims.get("token_use", "id") != "id":
        raise InvalidProviderToken("claim token_use is not id: this is no ID token")
    # A security event, such as a logout; before `secevent+jwt` and `logout+jwt` nothing else told them apart.
    # Source: RFC 8417 section 2.2; OpenID Connect Back-Channel Logout 1.0 section 2.4.
    if "events" in claims:
        raise InvalidProviderToken("there is a claim events: this is no ID token")
