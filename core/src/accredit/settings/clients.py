"""The calling applications."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from accredit.client_secret import SecretHash
from accredit.settings.fields import LONGEST_LEEWAY_S, Names
from accredit.settings.table import Table

EXCHANGE_GRANT = "http://auth0.com/oauth/legacy/grant-type/access_token"
"""The name of this grant in a client's `grant_types`, as in the original service."""
TOKEN_EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name, no secret
"""The same over the standard's wire. Source: RFC 8693 section 2.1."""
REFRESH_TOKEN_GRANT = "refresh_token"  # noqa: S105 - a name, no secret
CLIENT_CREDENTIALS_GRANT = "client_credentials"

Authorization = Literal["ignore", "required"]
"""What becomes of `Authorization: Bearer` in a request: never looked at, or a live access token of ours is a must."""
AuthMethod = Literal["none", "client_secret", "private_key_jwt"]
"""How a client proves who it is."""


def _is_secret_hash(value: SecretStr) -> SecretStr:
    SecretHash.parse(value.get_secret_value())
    return value


class ClientSettings(Table):
    """A calling application; the table's key is its `client_id`."""

    connections: Names = ()
    """The connections it may use; none unless listed."""
    grant_types: Names = (EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT, REFRESH_TOKEN_GRANT, CLIENT_CREDENTIALS_GRANT)
    """Without `refresh_token`, scope `offline_access` is not granted; `client_credentials` needs authentication."""
    secret_hash: Annotated[SecretStr, AfterValidator(_is_secret_hash)] | None = None
    """Makes the client confidential: it must authenticate with its secret. `accredit clients` makes one."""
    jwks: dict[str, Any] | None = None
    """Makes the client confidential: it must authenticate with `private_key_jwt`, by one of these public keys."""
    jwks_path: str | None = None
    """The same, in a file, which is read at start-up."""
    rotate_refresh_tokens: bool = True
    """Replace a refresh token whenever it is used. Off, it stays good until it expires, in whosever hands it is."""
    leeway_s: int | None = Field(default=None, ge=0, le=LONGEST_LEEWAY_S)
    """Overrides `tokens.leeway_s` for this client."""
    audiences: Names = ()
    """APIs it may ask access tokens for with `audience`."""
    scopes: Names = ()
    """Scopes it may be granted beside the standard ones of OIDC."""
    allowed_origins: Names = ()
    """Browser origins that may read answers (CORS), such as `https://app.example.com`."""
    authorization: Authorization | None = None
    """Overrides the top-level `authorization` for this client."""

    @property
    def auth_method(self) -> AuthMethod:
        """How it must authenticate where it can: by secret (Basic or in the body), by signed JWT, or not at all."""
        if self.secret_hash is not None:
            return "client_secret"
        return "none" if self.jwks is None and self.jwks_path is None else "private_key_jwt"

    @model_validator(mode="after")
    def _has_one_way_to_authenticate(self) -> Self:
        if sum(one is not None for one in (self.secret_hash, self.jwks, self.jwks_path)) > 1:
            raise ValueError("only one of secret_hash, jwks and jwks_path can be set")
        return self
