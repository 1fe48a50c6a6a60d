"""What an operator says about one GitHub app."""

from accredit.settings import AppSecret, BaseUrl, BasicId, ConnectionSettings


class GitHubSettings(ConnectionSettings):
    """One OAuth app or GitHub App, at github.com or at an Enterprise Server."""

    client_id: BasicId
    """The app's client id. Tokens of any other app are refused."""
    client_secret: AppSecret
    """A client secret of the app: GitHub says of a token only to its own app for whom it is."""
    api_url: BaseUrl = "https://api.github.com"
    """An Enterprise Server has its API at `https://HOST/api/v3`."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our client id, compared exactly."""
        return frozenset({self.client_id})
