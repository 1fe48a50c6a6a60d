"""The grant types of `POST /oauth/token`, one file each; a new one is a file, and a line in `GRANT_TYPES`."""

from accredit.oauth.grant_types.client_credentials import ClientCredentials
from accredit.oauth.grant_types.grant_type import GrantType, TokenRequest
from accredit.oauth.grant_types.refresh_token import RefreshToken
from accredit.oauth.grant_types.token_exchange import TokenExchange

GRANT_TYPES: tuple[type[GrantType], ...] = (
    TokenExchange,
    RefreshToken,
    ClientCredentials,
)
"""What the token endpoint knows, in the order of the discovery document."""

__all__ = ["GRANT_TYPES", "GrantType", "TokenRequest"]
