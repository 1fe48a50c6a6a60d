"""What every connection has."""

from accredit.settings.table import Table


class ConnectionSettings(Table):
    """What every connection has; a strategy adds its own settings by subclassing this.

    Every setting whose name ends in `_url` must be an `HttpsUrl` or `BaseUrl`: together they are the hosts the
    strategy may talk to.
    """

    strategy: str = ""
    """Implied by the connection's name where that is a strategy's name."""
    enabled: bool = True
    accept_unbound_tokens: bool = False
    """Accept tokens of which nobody can tell the app. Dangerous: another app's token then logs its users in here."""
    trust_email: bool = False
    """Assert `email_verified` although the provider does not vouch for addresses."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app ids at the provider, compared exactly; an empty set stops start-up."""
        raise NotImplementedError("a strategy's settings name its accepted audiences")

    @property
    def provider_urls(self) -> tuple[str, ...]:
        """Every provider URL of this connection; no other host is ever called."""
        return tuple(getattr(self, name) for name in type(self).model_fields if name.endswith("_url"))
