"""Which connection an old account would log in by: that says in which namespace its id is."""

from collections.abc import Mapping

from accredit.errors import ConfigurationError
from accredit.importers.options import ImportOptions
from accredit.importers.records import Account
from accredit.plugins import Connection


class Matching:
    """Find the connection for an account, or the reason why there is none.

    An id means one person everywhere, or at one app or issuer only (`Strategy.user_id_scope`). Then the account must be
    known to come from an app of the connection: by the old tables, or by the operator's word where they do not tell.

    Raises:
        ConfigurationError: an option names a connection that is not there.
    """

    def __init__(
        self, connections: Mapping[str, Connection], strategies: Mapping[str, str], options: ImportOptions
    ) -> None:
        self._connections = connections
        self._strategies = strategies
        self._options = options
        for provider, name in options.connections.items():
            if name not in connections:
                known = ", ".join(connections) or "none"
                raise ConfigurationError(
                    f"--connection {provider}={name}: there is no connection '{name}' (configured: {known})"
                )

    def connection_of(self, account: Account) -> Connection | str:
        """Return the connection, or why there is none."""
        candidates = self._candidates(account.provider)
        if isinstance(candidates, str):
            return candidates
        own = [one for one in candidates if one.strategy.user_id_scope != "global"]
        if own and not account.apps and account.provider not in self._options.same_app:
            return (
                f"ids of '{account.provider}' mean a person at one app only, and the table does not tell which:"
                f" say --same-app {account.provider} if it is the app of your connection"
            )
        ours = [one for one in candidates if one not in own or account.apps <= one.accepted]
        if not ours:
            return f"it is, or may be, of another app at '{account.provider}' than your connection's, with other ids"
        if len({one.namespace for one in ours}) > 1:
            names = " or ".join(sorted(one.name for one in ours))
            return f"'{account.provider}' may be {names}: say --connection {account.provider}=NAME"
        return ours[0]

    def _candidates(self, provider: str) -> list[Connection] | str:
        named = self._options.connections.get(provider)
        if named is not None:
            return [self._connections[named]]
        strategy = self._strategies.get(provider)
        if strategy is None:
            return f"'{provider}' is no provider known here: say --connection {provider}=NAME if a connection is for it"
        found = [one for one in self._connections.values() if one.strategy.name == strategy]
        return found or f"'{provider}' needs a connection with strategy '{strategy}', and none is configured"
