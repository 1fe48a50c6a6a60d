"""The access token of a request, and the security scheme that OpenAPI shows for it. Source: RFC 6750 section 2.1."""

import re
from urllib.parse import urlsplit

from fastapi.openapi.models import HTTPBearer
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase

from accredit.errors import InvalidToken, TwoTokens
from accredit.oauth.wire.fields import bearer_of


class Bearer(SecurityBase):
    """Tells nothing of its own to a route: `authorization_of` and `token_of` do the work, with refusals of ours.

    Its name in the OpenAPI document is the issuer's, so that two issuers in one app are told apart.
    """

    def __init__(self, issuer: str) -> None:
        parts = urlsplit(issuer)
        self.scheme_name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{parts.netloc}{parts.path}").strip("-")
        login = f"{issuer.rstrip('/')}/oauth/access_token"
        self.model = HTTPBearer(bearerFormat="JWT", description=f"An access token, as `{login}` issues them.")

    async def __call__(self) -> None:
        """Do nothing: the scheme is there to be shown."""


def token_of(connection: HTTPConnection) -> str | None:
    """Return the token that a request or a WebSocket shows; None where it does not try to.

    Another scheme than `Bearer` is no attempt: nobody is told that the token is wrong who has sent none.
    Source: RFC 6750 section 3.1.

    Raises:
        TwoTokens: there are several `Authorization` headers, and a proxy in front may have looked at another one.
        InvalidToken: the scheme is `Bearer`, and nothing follows.
    """
    sent = connection.headers.getlist("authorization")
    if len(sent) > 1:
        error = TwoTokens()
        error.challenge = 'Bearer error="invalid_request"'
        raise error
    header = sent[0].strip() if sent else ""
    if header.partition(" ")[0].lower() != "bearer":
        return None
    token = bearer_of(header)
    if token is None:
        raise InvalidToken("the header holds no token")
    return token.get_secret_value()
