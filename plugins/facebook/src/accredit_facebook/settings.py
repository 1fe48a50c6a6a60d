"""What an operator says about one Facebook app."""

from typing import Annotated

from pydantic import Field

from accredit.settings import AppNumber, AppSecret, BaseUrl, ConnectionSettings, HttpsUrl, ListOf

PermissionName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
"""A permission as Facebook lists it, such as `user_birthday`: never in capitals."""
FieldName = Annotated[str, Field(pattern=r"^[!-~]+$")]
"""A field of the Graph API, such as `birthday` or `picture.width(200)`."""


class FacebookSettings(ConnectionSettings):
    """One app of Meta's App Dashboard, page Settings > Basic."""

    app_id: AppNumber
    app_secret: AppSecret
    graph_url: BaseUrl = "https://graph.facebook.com"
    api_version: Annotated[str, Field(pattern=r"^v[1-9][0-9]*\.[0-9]+$")] = "v25.0"
    """Facebook silently serves an ended version with the oldest usable one: keep this current."""
    limited_login_jwks_url: HttpsUrl = "https://limited.facebook.com/.well-known/oauth/openid/jwks/"
    limited_login_issuers: Annotated[ListOf[HttpsUrl], Field(min_length=1)] = (
        "https://www.facebook.com",
        "https://facebook.com",
    )
    """Facebook's own SDKs accept both spellings, so both have been issued."""
    accept_non_expiring_tokens: bool = False
    """Accept `expires_at: 0`. People's tokens last about 60 days; those without an end belong to machines."""
    required_permissions: ListOf[PermissionName] = ()
    """Permissions every login must have granted, such as `email`. Limited Login tokens state none."""
    extra_fields: ListOf[FieldName] = ()
    """Fields to ask for beside the standard ones, such as `birthday`; each needs its own permission."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app, and no other."""
        return frozenset({self.app_id})
