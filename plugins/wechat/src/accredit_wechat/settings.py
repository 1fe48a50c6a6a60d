"""What an operator says about one WeChat app."""

from accredit.settings import AppId, AppSecret, BaseUrl, CodeSettings


class WeChatSettings(CodeSettings):
    """One app of WeChat's open platform, or one official account: each has an id, a secret and openids of its own."""

    app_id: AppId
    """The app's AppID, such as `wxd930ea5d5a258f4f`. Codes of any other app are refused by WeChat."""
    app_secret: AppSecret
    """The app's AppSecret. WeChat takes it in the query of a URL and nowhere else."""
    api_url: BaseUrl = "https://api.weixin.qq.com"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app's id, compared exactly."""
        return frozenset({self.app_id})
