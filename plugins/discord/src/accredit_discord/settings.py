"""What an operator says about one Discord application."""

from pydantic import model_validator

from accredit.settings import AppNumber, AppSecret, BaseUrl, CodeSettings


class DiscordSettings(CodeSettings):
    """One Discord application. Verifying a token takes no secret; exchanging a code does, and revoking."""

    client_id: AppNumber
    """The application's id, a number written as a string. Tokens of any other application are refused."""
    client_secret: AppSecret | None = None
    """Needed for codes, which are refused without it, and to revoke tokens."""
    api_url: BaseUrl = "https://discord.com/api/v10"
    """The API, with its version."""

    @model_validator(mode="after")
    def _secret_to_revoke(self) -> "DiscordSettings":
        if self.keep_provider_token and self.client_secret is None:
            raise ValueError("keep_provider_token needs client_secret: with it tokens are revoked")
        return self

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our application's id, compared exactly."""
        return frozenset({self.client_id})
