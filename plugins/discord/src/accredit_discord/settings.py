"""What an operator says about one Discord application."""

from accredit.settings import AppNumber, BaseUrl, ConnectionSettings


class DiscordSettings(ConnectionSettings):
    """One Discord application. Verifying a token takes no secret."""

    client_id: AppNumber
    """The application's id, a number written as a string. Tokens of any other application are refused."""
    api_url: BaseUrl = "https://discord.com/api/v10"
    """The API, with its version."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our application's id, compared exactly."""
        return frozenset({self.client_id})
