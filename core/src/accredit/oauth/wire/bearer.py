"""The access token that a request shows to an API of the host's. Source: RFC 6750 section 2.1."""

from collections.abc import Sequence

from accredit.errors import InvalidToken, TwoTokens
from accredit.oauth.wire.fields import bearer_of


def shown_token(authorizations: Sequence[str]) -> str:
    """Return the token; `authorizations` are all headers of that name. URLs and bodies are not looked at.

    Raises:
        InvalidToken: there is none, or nothing follows `Bearer`. Who sends another scheme makes no attempt, and so is
            asked for a token without being blamed (section 3.1).
        TwoTokens: there are several headers; a proxy in front may have looked at another one than we would.
    """
    if len(authorizations) > 1:
        error = TwoTokens()
        error.challenge = 'Bearer error="invalid_request"'
        raise error
    header = authorizations[0].strip() if authorizations else ""
    if header.partition(" ")[0].lower() != "bearer":
        raise InvalidToken("no token", challenge="Bearer")
    token = bearer_of(header)
    if token is None:
        raise InvalidToken("the header holds no token")
    return token.get_secret_value()
