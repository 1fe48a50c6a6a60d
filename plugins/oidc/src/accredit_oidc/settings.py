"""What an operator says about an OpenID provider."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from accredit.settings import AppId, AppSecret, BasicId, CodeSettings, Domain, HttpsUrl, ListOf, PrivateKey

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""What a published key may verify. What the provider's document lists is no rule: some list what they do not use."""


class OidcSettings(CodeSettings):
    """One OpenID provider. Each further one is a connection of its own, with `strategy = "oidc"`."""

    issuer: HttpsUrl
    """The provider's name, letter for letter as `iss` has it, with or without a slash at its end.
    Source: OpenID Connect Core 1.0 section 3.1.3.7."""
    client_ids: Annotated[ListOf[BasicId], Field(min_length=1)]
    """Our client ids at the provider. A token of any other is refused. The first is that of `client_secret` and
    `private_key`."""
    client_secret: AppSecret | None = None
    """To exchange codes, and to ask the provider about access tokens (RFC 7662). Without it, and without a
    `private_key`, ID tokens alone are accepted, or access tokens that come with one; of a public client codes, too."""
    auth_method: Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] = "client_secret_basic"
    """How we prove ourselves, as the provider has registered it. Source: OpenID Connect Core 1.0 section 9. `none`: the
    first client id is a public client, whose codes need PKCE and no secret (RFC 9700 section 2.1.1)."""
    private_key: PrivateKey | None = None
    """In the place of a secret, for `private_key_jwt`; signs by RS256 or ES256, as the key is."""
    private_key_id: AppId | None = None
    """The `kid` under which the provider knows the key, where it wants one."""
    assertion_audience: Literal["issuer", "endpoint"] = "issuer"
    """What `private_key_jwt` names as its `aud`: the issuer, as Auth0 wants it, or the endpoint, as Okta does.
    Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt;
    https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/create-sign-jwt/"""
    algorithms: Annotated[ListOf[Algorithm], Field(min_length=1)] = ("RS256",)
    """By which ID tokens may be signed."""
    discovery_url: HttpsUrl | None = None
    """Where the provider's document is; by default at the issuer, below `/.well-known/openid-configuration`."""
    host_urls: ListOf[HttpsUrl] = ()
    """Further hosts that the document may name, such as that of the keys. The issuer's own need not stand here."""
    email_domains: ListOf[Domain] = ()
    """Domains whose addresses the provider itself gives out, compared exactly: it is the authority for these alone."""
    email_verified_as_text: bool = False
    """Take `"true"` and 1 in `email_verified` for a yes, too. Amazon Cognito's userinfo writes the text.
    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html"""

    @model_validator(mode="after")
    def _one_way_to_prove_ourselves(self) -> "OidcSettings":
        by_key = self.auth_method == "private_key_jwt"
        if by_key != (self.private_key is not None):
            raise ValueError('auth_method = "private_key_jwt" and private_key need each other')
        if by_key and self.client_secret is not None:
            raise ValueError("client_secret and private_key are two ways to prove ourselves: keep one")
        if self.auth_method == "none" and self.client_secret is not None:
            raise ValueError('auth_method = "none" is a public client\'s, which has no client_secret')
        if self.auth_method == "none" and not self.require_pkce:
            raise ValueError("require_pkce must be true for a public client: nothing else binds its codes")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """The client ids, for `aud`, `azp` and `client_id` alike."""
        return frozenset(self.client_ids)
