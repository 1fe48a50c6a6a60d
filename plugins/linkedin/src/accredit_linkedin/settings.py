"""What an operator says about one LinkedIn app."""

from accredit.settings import AppId, AppSecret, CodeSettings, HttpsUrl


class LinkedInSettings(CodeSettings):
    """One LinkedIn app with the product "Sign In with LinkedIn using OpenID Connect"."""

    client_id: AppId
    """The app's client id. Tokens of any other app are refused."""
    client_secret: AppSecret
    """The app's client secret: LinkedIn tells of an access token only to an app that proves itself."""
    token_url: HttpsUrl = "https://www.linkedin.com/oauth/v2/accessToken"  # noqa: S105  # an address, no password
    introspection_url: HttpsUrl = "https://www.linkedin.com/oauth/v2/introspectToken"
    userinfo_url: HttpsUrl = "https://api.linkedin.com/v2/userinfo"
    jwks_url: HttpsUrl = "https://www.linkedin.com/oauth/openid/jwks"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our client id, compared exactly."""
        return frozenset({self.client_id})
