"""What the endpoints read: a form or JSON. What they do not know is ignored, and what is empty counts as absent."""

from pydantic import BaseModel, Field

from accredit.oauth.openapi.answers import OptionalText


class _OfClients(BaseModel):
    """How a client says who it is, and proves it. Source: RFC 6749 section 2.3; RFC 7523 section 2.2."""

    client_id: OptionalText = Field(default=None, description="needed unless the proof names it")
    client_secret: OptionalText = Field(default=None, description="a confidential client's, unless HTTP Basic has it")
    client_assertion: OptionalText = Field(default=None, description="a JWT that the client has signed")
    client_assertion_type: OptionalText = Field(default=None, description="goes with it")


class _OfLogins(BaseModel):
    connection: OptionalText = Field(default=None, description="the provider, by the name it was configured under")
    access_token_secret: OptionalText = Field(default=None, description="for OAuth 1.0a")
    scope: OptionalText = Field(default=None, description="separated by spaces, such as `openid profile email`")
    audience: OptionalText = Field(default=None, description="the API that the access token is for")
    nonce: OptionalText = Field(default=None, description="that of the provider's ID token")
    user_id: OptionalText = Field(default=None, description="a hint; a mismatch is refused")
    device: OptionalText = Field(default=None, description="a name for this login, kept with it")
    state: OptionalText = Field(default=None, description="comes back as it was sent")
    main_access_token: OptionalText = Field(
        default=None, description="our access token of a user who has logged in: the identity becomes that user's"
    )


class _OfCodes(BaseModel):
    """What stands beside a code. A connection may read more: its page says so."""

    code_verifier: OptionalText = Field(default=None, description="with a code: of PKCE")
    redirect_uri: OptionalText = Field(default=None, description="with a code: the one it was made for")


class ExchangeBody(_OfLogins, _OfCodes):
    """A provider's token, or a code."""

    client_id: str = Field(description="the calling application")
    access_token: OptionalText = Field(default=None, description="the provider's token; needed unless there is a code")
    code: OptionalText = Field(default=None, description="an authorization code, where the connection accepts codes")
    connection: str = Field(description="the provider, by the name it was configured under")


class TokenBody(_OfClients, _OfLogins, _OfCodes):
    """A grant. Source: RFC 6749 section 3.2; RFC 8693 section 2.1."""

    grant_type: str
    refresh_token: OptionalText = Field(default=None, description="with `refresh_token`")
    subject_token: OptionalText = Field(default=None, description="with a token exchange: the provider's token")
    subject_token_type: OptionalText = None
    requested_token_type: OptionalText = None
    resource: OptionalText = Field(default=None, description="the same as `audience`")
    actor_token: OptionalText = Field(default=None, description="refused: delegation is not available")
    actor_token_type: OptionalText = Field(default=None, description="refused with it")


class NonceBody(BaseModel):
    """Which login a nonce is for."""

    client_id: str = Field(description="the calling application")
    connection: str = Field(description="the provider, by the name it was configured under")


class TokenInHandBody(_OfClients):
    """One of our tokens, to be revoked or looked at."""

    token: str
    token_type_hint: OptionalText = Field(default=None, description="not needed")


class UserinfoBody(BaseModel):
    """An access token, where it is not in the header."""

    access_token: OptionalText = None


class TokeninfoBody(BaseModel):
    """An ID token of ours."""

    id_token: str
