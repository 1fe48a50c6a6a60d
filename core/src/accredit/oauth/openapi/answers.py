"""What the endpoints answer. The names begin with `OAuth`, so that they are none of a host's own."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


_Absent = Field(default=None, json_schema_extra=_without_default)
"""Absent where there is nothing to say, never null."""
OptionalText = Annotated[str | SkipJsonSchema[None], _Absent]
OptionalNumber = Annotated[int | SkipJsonSchema[None], _Absent]
OptionalTruth = Annotated[bool | SkipJsonSchema[None], _Absent]


class OAuthError(BaseModel):
    """A refusal or a failure. Source: RFC 6749 section 5.2."""

    model_config = ConfigDict(extra="forbid")

    error: str = Field(description="a word for programs")
    error_description: str = Field(description="a sentence that says no more than the caller may know")
    message: OptionalText = Field(default=None, description="the same sentence, where the operator has switched it on")


class OAuthTokens(BaseModel):
    """Tokens of ours. What was not granted is absent. Source: RFC 6749 section 5.1."""

    model_config = ConfigDict(extra="forbid")

    access_token: str = Field(description="a JWT (RFC 9068)")
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="seconds for which the access token lives")
    scope: str = Field(description="what was granted, separated by spaces")
    id_token: OptionalText = Field(default=None, description="with scope `openid`")
    refresh_token: OptionalText = Field(default=None, description="with scope `offline_access`")
    state: OptionalText = Field(default=None, description="as it was sent")
    issued_token_type: OptionalText = Field(default=None, description="after a token exchange (RFC 8693)")


class OAuthNonce(BaseModel):
    """A nonce for one login."""

    model_config = ConfigDict(extra="forbid")

    nonce: str = Field(description="to be put into the provider's ID token, raw or hashed as its SDK wants it")
    expires_in: int = Field(description="seconds for which it is good")


class _Claims(BaseModel):
    """Claims of a person: those that the provider stated. Source: OpenID Connect Core 1.0 section 5.1."""

    model_config = ConfigDict(extra="allow")  # hooks may add claims of the host's

    sub: str = Field(description="the user")
    name: OptionalText = None
    family_name: OptionalText = None
    given_name: OptionalText = None
    middle_name: OptionalText = None
    nickname: OptionalText = None
    preferred_username: OptionalText = None
    profile: OptionalText = None
    picture: OptionalText = None
    website: OptionalText = None
    gender: OptionalText = None
    birthdate: OptionalText = None
    zoneinfo: OptionalText = None
    locale: OptionalText = None
    updated_at: OptionalNumber = None
    email: OptionalText = None
    email_verified: OptionalTruth = None
    address: Annotated[dict[str, str] | SkipJsonSchema[None], _Absent] = None


class OAuthUserinfo(_Claims):
    """Who the bearer of an access token is, as far as its scopes say. Source: OpenID Connect Core 1.0 section 5.3."""


class OAuthTokeninfo(_Claims):
    """What an ID token says of its user."""

    user_id: str = Field(description="the same as `sub`")


class OAuthIntrospection(BaseModel):
    """Whether a token is good, and for what. Nothing but `active` is said of one that is not. Source: RFC 7662."""

    model_config = ConfigDict(extra="forbid")

    active: bool
    scope: OptionalText = None
    client_id: OptionalText = None
    exp: OptionalNumber = None
    iat: OptionalNumber = None
    sub: OptionalText = None
    aud: OptionalText = None
    iss: OptionalText = None
    jti: OptionalText = None
    token_type: OptionalText = None


class OAuthMetadata(BaseModel):
    """What libraries configure themselves by. Source: OpenID Connect Discovery 1.0 section 3; RFC 8414 section 2."""

    model_config = ConfigDict(extra="allow")

    issuer: str
    jwks_uri: str
    token_endpoint: str
    revocation_endpoint: str
    introspection_endpoint: str
    nonce_endpoint: str
    userinfo_endpoint: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    subject_types_supported: list[str]
    scopes_supported: list[str]
    claims_supported: list[str]
    id_token_signing_alg_values_supported: list[str]


class OAuthKeys(BaseModel):
    """Public keys. Source: RFC 7517 section 5."""

    model_config = ConfigDict(extra="forbid")

    keys: list[dict[str, Any]]


class OAuthHealth(BaseModel):
    """Whether the process answers, or can do its work."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok", "ready", "unavailable"]
    signs: Annotated[Literal[False] | SkipJsonSchema[None], _Absent] = None
    degraded: Annotated[list[Literal["cache"]] | SkipJsonSchema[None], _Absent] = None
