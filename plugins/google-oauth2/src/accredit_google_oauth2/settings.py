"""What an operator says about a Google project."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from accredit.settings import AppId, ConnectionSettings, HttpsUrl, ListOf

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError("is no domain as Google writes it, such as example.com: small letters, neither @ nor *")
    return value


Domain = Annotated[str, AfterValidator(_domain)]
"""A Workspace domain as Google writes it in `hd`."""


class GoogleSettings(ConnectionSettings):
    """A Google connection. No secret is needed: Google's answers and signatures name the client ids."""

    client_ids: Annotated[ListOf[AppId], Field(min_length=1)]
    """Every OAuth client id of the project: web, Android, iOS. A token of an Android app has the web client as
    `aud` and the Android client as `azp`, and both must be ours.
    Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
    """
    hosted_domains: ListOf[Domain] = ()
    """Accept only accounts of these Workspace domains, compared exactly with `hd`; empty accepts every account."""
    tokeninfo_url: HttpsUrl = "https://oauth2.googleapis.com/tokeninfo"
    userinfo_url: HttpsUrl = "https://openidconnect.googleapis.com/v1/userinfo"
    jwks_url: HttpsUrl = "https://www.googleapis.com/oauth2/v3/certs"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """The client ids, for `aud` and `azp` alike."""
        return frozenset(self.client_ids)
