"""What an operator says about a Google project."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from accredit.settings import AppId, AppSecret, CodeSettings, Domain, HttpsUrl, ListOf


class GoogleSettings(CodeSettings):
    """A Google connection. For tokens no secret is needed: Google's answers and signatures name the client ids.

    Codes of Google's SDKs and of its popup come without `code_verifier`: they need `require_pkce = false`.
    """

    client_ids: Annotated[ListOf[AppId], Field(min_length=1)]
    """Every OAuth client id of the project: web, Android, iOS. A token of an Android app has the web client as
    `aud` and the Android client as `azp`, and both must be ours.
    Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
    """
    hosted_domains: ListOf[Domain] = ()
    """Accept only accounts of these Workspace domains, compared exactly with `hd`; empty accepts every account."""
    web_client_id: AppId | None = None
    """The web client, one of `client_ids`, that codes are issued to; `serverClientId` of the SDKs. Set with its secret:
    without both, codes are refused."""
    web_client_secret: AppSecret | None = None
    """The secret of the web client."""
    tokeninfo_url: HttpsUrl = "https://oauth2.googleapis.com/tokeninfo"
    userinfo_url: HttpsUrl = "https://openidconnect.googleapis.com/v1/userinfo"
    jwks_url: HttpsUrl = "https://www.googleapis.com/oauth2/v3/certs"
    token_url: HttpsUrl = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address, no password
    revoke_url: HttpsUrl = "https://oauth2.googleapis.com/revoke"

    @model_validator(mode="after")
    def _web_client_is_whole_and_ours(self) -> Self:
        if (self.web_client_id is None) is not (self.web_client_secret is None):
            raise ValueError("web_client_id and web_client_secret: set both, or neither")
        if self.web_client_id is not None and self.web_client_id not in self.client_ids:
            raise ValueError("web_client_id must be one of client_ids: it is the audience of what a code gives")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """The client ids, for `aud` and `azp` alike."""
        return frozenset(self.client_ids)
