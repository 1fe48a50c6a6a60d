"""The grants of `POST /oauth/token`, one file each; a new one is a file, and a place in `GRANTS`."""

from accredit.oauth.grants.client_credentials import ClientCredentials
from accredit.oauth.grants.grant import TokenGrant
from accredit.oauth.grants.refresh_token import RefreshToken
from accredit.oauth.grants.token_exchange import TokenExchange

GRANTS: tuple[type[TokenGrant], ...] = (RefreshToken, TokenExchange, ClientCredentials)

__all__ = ["GRANTS", "TokenGrant"]
