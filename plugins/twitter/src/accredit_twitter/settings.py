"""What an operator says about an app at X."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from accredit.settings import AppId, AppSecret, BaseUrl, BasicId, CodeSettings


class TwitterSettings(CodeSettings):
    """One app at X: the keys of its "Keys and tokens" page, and which API is asked for the user.

    X wants PKCE with every code, so that `require_pkce = false` changes nothing here.
    """

    consumer_key: AppId
    """The API key. Every call is signed for it, which is what binds a token to this app."""
    consumer_secret: AppSecret
    client_id: Annotated[str, Field(pattern="^[0-9]*$")] = ""
    """The app's numeric id. X names it when it refuses an app, which tells our bearer tokens from others'."""
    oauth2_client_id: BasicId | None = None
    """The app's client id of OAuth 2.0: needed for codes, which are refused without it, and to revoke their tokens."""
    oauth2_client_secret: AppSecret | None = None
    """The client secret of OAuth 2.0, which X gives to confidential apps; none for a native app."""
    api_url: BaseUrl = "https://api.x.com"
    """The host is part of what is signed (RFC 5849 section 3.4.1.2): name the one that is really called."""
    profile_api: Literal["v2", "v1.1"] = "v2"
    """v2 is open to every app; v1.1 answers code 453 where the app's access level does not include it."""

    @model_validator(mode="after")
    def _all_of_oauth_2_is_of_a_client(self) -> Self:
        if self.oauth2_client_secret is not None and self.oauth2_client_id is None:
            raise ValueError("oauth2_client_secret: set oauth2_client_id, too")
        if self.keep_provider_token and self.oauth2_client_id is None:
            raise ValueError("keep_provider_token needs oauth2_client_id: tokens of codes alone are kept, and revoked")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """The consumer key, which signs for tokens of OAuth 1.0a, and the client id that codes are exchanged with."""
        return frozenset(
            {self.consumer_key} if self.oauth2_client_id is None else {self.consumer_key, self.oauth2_client_id}
        )
