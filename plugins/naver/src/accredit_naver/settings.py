"""What an operator says about one app of Naver Login."""

from pydantic import model_validator

from accredit.settings import AppId, AppSecret, BaseUrl, CodeSettings


class NaverSettings(CodeSettings):
    """One app of Naver Developers: its id, and the secret by which codes are exchanged and notices are read."""

    client_id: AppId
    """The app's Client ID. Codes of any other app are refused by Naver."""
    client_secret: AppSecret
    openid: bool = True
    """Whether apps begin their logins at Naver's OpenID Connect API (`/oauth2/authorize`), which takes PKCE. False: at
    its older OAuth 2.0 API (`/oauth2.0/authorize`), which does not; then `require_pkce` must be false, too."""
    api_url: BaseUrl = "https://openapi.naver.com"
    login_url: BaseUrl = "https://nid.naver.com"

    @model_validator(mode="after")
    def _pkce_where_there_is_some(self) -> "NaverSettings":
        if self.require_pkce and not self.openid:
            raise ValueError("Naver's OAuth 2.0 API takes no code_verifier: openid = false needs require_pkce = false")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app's Client ID, compared exactly."""
        return frozenset({self.client_id})
