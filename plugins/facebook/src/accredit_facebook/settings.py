"""What an operator says about one Facebook app, and how long the version of the Graph API lasts that is named there."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from accredit.settings import AppNumber, AppSecret, BaseUrl, CodeSettings, HttpsUrl, ListOf
from accredit.strategy import ApiVersion

PermissionName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
"""A permission as Facebook lists it, such as `user_birthday`: never in capitals."""
FieldName = Annotated[str, Field(pattern=r"^[!-~]+$")]
"""A field of the Graph API, such as `birthday` or `picture.width(200)`."""

VERSIONS = "https://developers.facebook.com/docs/graph-api/changelog/versions"
"""When Facebook ends which version of the Graph API."""
VERSION_ENDS_ON: Mapping[tuple[int, int], dt.date | None] = {
    (19, 0): dt.date(2026, 5, 21),
    (20, 0): dt.date(2026, 9, 24),
    (21, 0): dt.date(2027, 1, 21),
    (22, 0): dt.date(2027, 5, 20),
    (23, 0): dt.date(2027, 10, 8),
    (24, 0): dt.date(2028, 2, 18),
    (25, 0): dt.date(2028, 7, 29),
    (26, 0): None,  # a version ends two years after its successor's release
}
OLDEST_VERSION = min(VERSION_ENDS_ON)


class FacebookSettings(CodeSettings):
    """One app of Meta's App Dashboard, page Settings > Basic.

    Facebook's usual login takes no PKCE, so that `require_pkce` changes nothing here.
    """

    app_id: AppNumber
    app_secret: AppSecret
    previous_app_secret: AppSecret | None = None
    """The secret before this one, while it is being changed: notices may be signed with either. Nothing else is done
    with it. Take it out afterwards, at once if it has leaked: who has it can say that anybody has left."""
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


def graph_version(name: str) -> ApiVersion:
    """Return what is known about a version such as `v25.0`.

    Versions end in the order of their release, so one before the oldest listed ended no later than that.
    """
    major, minor = (int(part) for part in name.removeprefix("v").split("."))
    number = (major, minor)
    return ApiVersion(
        name=name,
        ends_on=VERSION_ENDS_ON.get(max(number, OLDEST_VERSION)),
        source=VERSIONS,
        is_known=number in VERSION_ENDS_ON or number < OLDEST_VERSION,
    )
