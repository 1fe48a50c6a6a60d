"""What an operator says about one Kakao app."""

from typing import Annotated

from pydantic import Field

from accredit.settings import AppId, AppNumber, BaseUrl, ConnectionSettings, HttpsUrl, ListOf


class KakaoSettings(ConnectionSettings):
    """One app of Kakao Developers. Verifying its tokens takes no secret."""

    app_id: AppNumber
    """The app's number, which its access tokens name. It is none of the app's keys."""
    app_keys: Annotated[ListOf[AppId], Field(min_length=1)]
    """The app keys that ID tokens name, at least one: the native app key for Kakao's SDKs, the REST API key for web
    logins. Every app has them."""
    api_url: BaseUrl = "https://kapi.kakao.com"
    jwks_url: HttpsUrl = "https://kauth.kakao.com/.well-known/jwks.json"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app's number and its keys."""
        return frozenset({self.app_id, *self.app_keys})
