"""The grant types of `POST /oauth/token`, one file each; a new one is a file, and a line in `GRANT_TYPES`."""

from accredit.oauth.grant_types.client_credentials import ClientCredentialsGrant
from accredit.oauth.grant_types.grant_type import GrantType, TokenRequest
from accredit.oauth.grant_types.refresh_token import RefreshTokenGrant
from accredit.oauth.grant_types.token_exchange import TokenExchangeGrant

GRANT_TYPES: tuple[type[GrantType], ...] = (
    TokenExchangeGrant,
    RefreshTokenGrant,
    ClientCredentialsGrant,
)
"""What the token endpoint knows, in the order of the discovery document."""

__all__ = ["GRANT_TYPES", "GrantType", "TokenRequest"]
