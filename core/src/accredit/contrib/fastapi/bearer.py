"""The security scheme that OpenAPI shows for routes that ask for a token."""

import re
from urllib.parse import urlsplit

from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase


class Bearer(SecurityBase):
    """Does nothing but to be shown: `accredit.asgi.authenticate_request` looks at the token.

    Its name in the OpenAPI document is the issuer's, so that two issuers in one app are told apart.
    """

    def __init__(self, issuer: str) -> None:
        parts = urlsplit(issuer)
        self.scheme_name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{parts.netloc}{parts.path}").strip("-")
        login = f"{issuer.rstrip('/')}/oauth/access_token"
        self.model = HTTPBearer(bearerFormat="JWT", description=f"An access token, as `{login}` issues them.")

    async def __call__(self) -> None:
        """Let everything pass."""
