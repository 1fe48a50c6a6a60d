"""What an operator says about an OpenID provider."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from accredit.settings import AppSecret, BasicId, ConnectionSettings, HttpsUrl, ListOf

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""What a published key may verify. What the provider's document lists is no rule: some list what they do not use."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError("is no domain in small letters, such as example.com")
    return value


class OidcSettings(ConnectionSettings):
    """One OpenID provider. Each further one is a connection of its own, with `strategy = "oidc"`."""

    issuer: HttpsUrl
    """The provider's name, letter for letter as `iss` has it, with or without a slash at its end.
    Source: OpenID Connect Core 1.0 section 3.1.3.7."""
    client_ids: Annotated[ListOf[BasicId], Field(min_length=1)]
    """Our client ids at the provider. A token of any other is refused. `client_secret` is that of the first."""
    client_secret: AppSecret | None = None
    """To ask the provider about access tokens (RFC 7662). Without it ID tokens alone are accepted."""
    algorithms: Annotated[ListOf[Algorithm], Field(min_length=1)] = ("RS256",)
    """By which ID tokens may be signed."""
    discovery_url: HttpsUrl | None = None
    """Where the provider's document is; by default at the issuer, below `/.well-known/openid-configuration`."""
    host_urls: ListOf[HttpsUrl] = ()
    """Further hosts that the document may name, such as that of the keys. The issuer's own need not stand here."""
    email_domains: ListOf[Annotated[str, AfterValidator(_domain)]] = ()
    """Domains whose addresses the provider itself gives out, compared exactly: it is the authority for these alone."""
    email_verified_as_text: bool = False
    """Take `"true"` and 1 in `email_verified` for a yes, too. Amazon Cognito's userinfo writes the text.
    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html"""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """The client ids, for `aud`, `azp` and `client_id` alike."""
        return frozenset(self.client_ids)
