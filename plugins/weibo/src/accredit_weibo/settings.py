"""What an operator says about one Weibo app."""

from typing import Annotated

from pydantic import Field, SecretStr

from accredit.settings import BaseUrl, ConnectionSettings


class WeiboSettings(ConnectionSettings):
    """One Weibo app. `app_key` is its number, written as a string."""

    app_key: Annotated[str, Field(min_length=1)]
    app_secret: Annotated[SecretStr, Field(min_length=1)] | None = None
    """Accepted so that an app's settings can be kept whole; verifying a token takes no secret, so it is never sent."""
    api_url: BaseUrl = "https://api.weibo.com"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app key, compared exactly."""
        return frozenset({self.app_key})
