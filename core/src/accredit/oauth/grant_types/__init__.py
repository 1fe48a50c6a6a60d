"""The grant types of `POST /oauth/token`, one file each; a new one is a file, and a place in `GRANTS`."""

from accredit.oauth.grant_types.client_credentials import ClientCredentials
from accredit.oauth.grant_types.grant import TokenGrant
from accredit.oauth.grant_types.refresh_token import RefreshToken
from accredit.oauth.grant_types.token_exchange import TokenExchange

GRANTS: tuple[type[TokenGrant], ...] = (RefreshToken, TokenExchange, ClientCredentials)

__all__ = ["GRANTS", "TokenGrant"]
