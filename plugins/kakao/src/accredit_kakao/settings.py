"""What an operator says about one Kakao app."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from accredit.settings import AppId, AppNumber, AppSecret, BaseUrl, CodeSettings, HttpsUrl, ListOf

APP_NUMBER = "app_number"
"""The family of ids that access tokens name."""
APP_KEY = "app_key"
"""The family of ids that ID tokens and exchanges of codes name."""


class KakaoSettings(CodeSettings):
    """One app of Kakao Developers. Verifying its tokens takes no secret."""

    app_id: AppNumber
    """The app's number, which its access tokens name. It is none of the app's keys."""
    app_keys: Annotated[ListOf[AppId], Field(min_length=1)]
    """The app keys that ID tokens name, at least one: the native app key for Kakao's SDKs, the REST API key for web
    logins. Every app has them."""
    client_id: AppId | None = None
    """The REST API key, by which codes are exchanged: without it they are refused. ID tokens may name it, too."""
    client_secret: AppSecret | None = None
    """Needed for codes where it is switched on for the REST API key, as it is for new ones."""
    admin_key: AppSecret | None = None
    """The app's primary admin key. Kakao shows it when it tells of users who left, and without it nothing is believed;
    and by it we unlink users who left here."""
    api_url: BaseUrl = "https://kapi.kakao.com"
    token_url: HttpsUrl = "https://kauth.kakao.com/oauth/token"  # noqa: S105  # an address, no password
    jwks_url: HttpsUrl = "https://kauth.kakao.com/.well-known/jwks.json"

    @model_validator(mode="after")
    def _key_for_codes(self) -> "KakaoSettings":
        if self.client_id is None and (self.client_secret is not None or self.redirect_uris):
            raise ValueError("client_secret and redirect_uris are for codes, which need client_id: the REST API key")
        return self

    @model_validator(mode="after")
    def _key_to_unlink(self) -> "KakaoSettings":
        if self.keep_provider_token and self.admin_key is None:
            raise ValueError("keep_provider_token needs admin_key: by it users are unlinked")
        return self

    @property
    def audience_families(self) -> Mapping[str, frozenset[str]]:
        """Our app's number, and its keys: neither counts where the other is named."""
        keys = self.app_keys if self.client_id is None else (*self.app_keys, self.client_id)
        return {APP_NUMBER: frozenset({self.app_id}), APP_KEY: frozenset(keys)}

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app's number and its keys."""
        return frozenset().union(*self.audience_families.values())
