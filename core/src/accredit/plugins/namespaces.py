"""In which namespace a connection's user ids are: `1000` at one app need not be `1000` at another.

Two identities are one where namespace and user id are equal. So two connections may share a namespace only if an id
means the same person at both: because the strategy says so, because both ask the same app, or because the operator
says so.
"""

from collections.abc import Container, Mapping
from itertools import combinations

from accredit.errors import ConfigurationError
from accredit.plugins.connection import Connection


def check_namespaces(connections: Mapping[str, Connection], strategies: Container[str]) -> None:
    """Refuse connections of which one's users could be taken for another's. `strategies` are all names there are.

    Raises:
        ConfigurationError: a namespace is another strategy's name; or two connections share one, their ids are of
            different scopes, and they do not both say that they are one.
    """
    for connection in connections.values():
        if connection.namespace != connection.strategy.name and connection.namespace in strategies:
            raise ConfigurationError(
                f"connection '{connection.name}': namespace '{connection.namespace}' is the name of another strategy"
            )
    for one, other in combinations(connections.values(), 2):
        if one.namespace != other.namespace or _scope(one) == _scope(other):
            continue
        if one.settings.namespace is None or other.settings.namespace is None:
            raise ConfigurationError(
                f"connections '{one.name}' and '{other.name}': a user id of one may be another person's at the other,"
                f" and both would log in '{one.namespace}|<user id>'. Give one of them a namespace of its own; or, if"
                " the provider has the same ids for both, give both the same namespace in so many words"
            )


def _scope(connection: Connection) -> tuple[object, ...]:
    """Return what two connections must have in common for their user ids to mean the same people."""
    strategy = connection.strategy
    if strategy.user_id_scope == "global":
        return (strategy.name,)
    if strategy.user_id_scope == "issuer":
        return strategy.name, connection.user_id_issuer
    return strategy.name, connection.user_id_issuer, connection.accepted
