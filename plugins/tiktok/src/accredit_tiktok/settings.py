"""What an operator says about one TikTok app."""

from accredit.settings import AppId, AppSecret, BaseUrl, CodeSettings


class TikTokSettings(CodeSettings):
    """One TikTok app, with Login Kit. Its redirect URIs go into `redirect_uris`: no code is taken without one."""

    client_key: AppId
    """The app's client key. Codes of any other app are refused by TikTok."""
    client_secret: AppSecret
    """The app's client secret: with it codes are exchanged."""
    api_url: BaseUrl = "https://open.tiktokapis.com/v2"
    """The API, with its version."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app's client key, compared exactly."""
        return frozenset({self.client_key})
