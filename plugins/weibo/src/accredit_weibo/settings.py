"""What an operator says about one Weibo app."""

from accredit.settings import AppId, AppSecret, BaseUrl, ConnectionSettings


class WeiboSettings(ConnectionSettings):
    """One Weibo app. `app_key` is its number, written as a string."""

    app_key: AppId
    app_secret: AppSecret | None = None
    """Accepted so that an app's settings can be kept whole; verifying a token takes no secret, so it is never sent."""
    api_url: BaseUrl = "https://api.weibo.com"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app key, compared exactly."""
        return frozenset({self.app_key})
