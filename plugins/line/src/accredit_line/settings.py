"""What an operator says about one LINE Login channel."""

from typing import Literal

from pydantic import model_validator

from accredit.settings import AppNumber, AppSecret, BaseUrl, CodeSettings, HttpsUrl


class LineSettings(CodeSettings):
    """One LINE Login channel of the LINE Developers Console."""

    channel_id: AppNumber
    """LINE names it in its answers and in ID tokens, as a text of digits."""
    channel_secret: AppSecret | None = None
    """Needed for codes, for ID tokens of web logins, which it signs, and to take back what a user has granted."""
    signing_alg: Literal["ES256", "HS256"] = "ES256"
    """Which ID tokens are taken: `ES256` from apps, LINE's SDKs and LIFF, signed with published keys; `HS256` from web
    logins, signed with the channel's secret. A token's own header never decides.
    Source: https://developers.line.biz/en/docs/line-login/verify-id-token/#header
    """
    api_url: BaseUrl = "https://api.line.me"
    jwks_url: HttpsUrl = "https://api.line.me/oauth2/v2.1/certs"

    @model_validator(mode="after")
    def _secret_where_needed(self) -> "LineSettings":
        if self.signing_alg == "HS256" and self.channel_secret is None:
            raise ValueError('signing_alg = "HS256" needs channel_secret: it signs the ID tokens of web logins')
        if self.keep_provider_token and self.channel_secret is None:
            raise ValueError("keep_provider_token needs channel_secret: with it LINE is told that a user is gone")
        if self.redirect_uris and self.channel_secret is None:
            raise ValueError("redirect_uris are for codes, which need channel_secret")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our channel, and no other."""
        return frozenset({self.channel_id})
