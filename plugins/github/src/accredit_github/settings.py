"""What an operator says about one GitHub app."""

from pydantic import Field, ValidationInfo, field_validator

from accredit.settings import AppSecret, BaseUrl, BasicId, CodeSettings, HttpsUrl

_API_URL = "https://api.github.com"
_TOKEN_URL = "https://github.com/login/oauth/access_token"  # noqa: S105  # an address, and no secret


class GitHubSettings(CodeSettings):
    """One OAuth app or GitHub App, at github.com or at an Enterprise Server."""

    client_id: BasicId
    """The app's client id. Tokens of any other app are refused."""
    client_secret: AppSecret
    """A client secret of the app: GitHub says of a token only to its own app for whom it is."""
    webhook_secret: AppSecret | None = None
    """The secret of the GitHub App's webhook, by which GitHub signs what it tells. Without it nothing is believed."""
    api_url: BaseUrl = _API_URL
    """An Enterprise Server has its API at `https://HOST/api/v3`."""
    token_url: HttpsUrl = Field(default=_TOKEN_URL, validate_default=True)
    """Where codes are exchanged; `https://HOST/login/oauth/access_token` of an Enterprise Server."""

    @field_validator("token_url")
    @classmethod
    def _is_of_the_same_server(cls, value: str, info: ValidationInfo) -> str:
        """Keep the secret of a server's app from github.com, and the other way round."""
        if (value == _TOKEN_URL) is not (info.data.get("api_url", _API_URL) == _API_URL):
            raise ValueError("must be of the server that api_url names: set both, or neither")
        return value

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our client id, compared exactly."""
        return frozenset({self.client_id})
