"""The calling applications."""

import difflib
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from accredit.settings.client_secret import SecretHash
from accredit.settings.fields import LONGEST_LEEWAY_S, FilePath, ListOf, Names
from accredit.settings.origins import Origin
from accredit.settings.table import Table
from accredit.settings.text import check_setting_text

EXCHANGE_GRANT = "http://auth0.com/oauth/legacy/grant-type/access_token"
"""The name of this grant in a client's `grant_types`, as in the original service."""
TOKEN_EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name, no secret
"""The same over the standard's wire. Source: RFC 8693 section 2.1."""
REFRESH_TOKEN_GRANT = "refresh_token"  # noqa: S105 - a name, no secret
CLIENT_CREDENTIALS_GRANT = "client_credentials"
GRANT_TYPES = (EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT, REFRESH_TOKEN_GRANT, CLIENT_CREDENTIALS_GRANT)
"""Every grant type there is; what a client may use unless its `grant_types` say less."""

Authorization = Literal["ignore", "required"]
"""What becomes of `Authorization: Bearer` in a request: never looked at, or a live access token of ours is a must."""
AuthMethod = Literal["none", "client_secret", "private_key_jwt"]
"""How a client proves who it is."""


_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def _grant_type(value: str) -> str:
    if value not in GRANT_TYPES:
        near = difflib.get_close_matches(value, GRANT_TYPES, n=1) or [", ".join(GRANT_TYPES)]
        raise ValueError(f"is no grant type; did you mean {near[0]}?")
    return value


def _scope(value: str) -> str:
    if not _SCOPE.fullmatch(value):
        raise ValueError("is no scope: it must be ASCII characters without a blank, a quote or a backslash")
    return value


GrantType = Annotated[str, AfterValidator(_grant_type)]
"""One of `GRANT_TYPES`."""
Scope = Annotated[str, AfterValidator(_scope)]
"""A scope as requests name it. Source: RFC 6749 section 3.3, scope-token."""
Audience = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(check_setting_text)]
"""An API's name as requests give it in `audience`."""


def _is_secret_hash(value: SecretStr) -> SecretStr:
    SecretHash.parse(value.get_secret_value())
    return value


class ClientSettings(Table):
    """A calling application; the table's key is its `client_id`."""

    connections: Names = ()
    """The connections it may use; none unless listed."""
    grant_types: ListOf[GrantType] = GRANT_TYPES
    """Without `refresh_token`, scope `offline_access` is not granted; `client_credentials` needs authentication."""
    secret_hash: Annotated[SecretStr, AfterValidator(_is_secret_hash)] | None = None
    """Makes the client confidential: it must authenticate with its secret. `accredit clients` makes one."""
    jwks: dict[str, Any] | None = None
    """Makes the client confidential: it must authenticate with `private_key_jwt`, by one of these public keys."""
    jwks_path: FilePath | None = None
    """The same, in a file, which is read at start-up. Relative paths begin at the settings file."""
    rotate_refresh_tokens: bool = True
    """Replace a refresh token whenever it is used. Off, it stays good until it expires, in whosever hands it is."""
    leeway_s: int | None = Field(default=None, ge=0, le=LONGEST_LEEWAY_S)
    """Overrides `tokens.leeway_s` for this client."""
    audiences: ListOf[Audience] = ()
    """APIs it may ask access tokens for with `audience`."""
    scopes: ListOf[Scope] = ()
    """Scopes it may be granted beside the standard ones of OIDC."""
    allowed_origins: ListOf[Origin] = ()
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
