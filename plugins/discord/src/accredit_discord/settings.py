"""What an operator says about one Discord application."""

from accredit.settings import AppNumber, AppSecret, BaseUrl, CodeSettings


class DiscordSettings(CodeSettings):
    """One Discord application. Verifying a token takes no secret; exchanging a code does."""

    client_id: AppNumber
    """The application's id, a number written as a string. Tokens of any other application are refused."""
    client_secret: AppSecret | None = None
    """Needed for codes alone: without it they are refused."""
    api_url: BaseUrl = "https://discord.com/api/v10"
    """The API, with its version."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our application's id, compared exactly."""
        return frozenset({self.client_id})
