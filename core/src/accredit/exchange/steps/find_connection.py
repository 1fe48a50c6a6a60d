"""Which provider: a connection that exists, is on, and is for this client."""

from collections.abc import Collection, Mapping

from accredit.errors import ConnectionDisabled, ConnectionNotFound
from accredit.plugins import Connection
from accredit.settings import ClientSettings


def find_connection(name: str, connections: Mapping[str, Connection], disabled: Collection[str]) -> Connection:
    """Return the connection.

    Raises:
        ConnectionNotFound: no connection has that name.
        ConnectionDisabled: it is off.
    """
    connection = connections.get(name)
    if connection is not None:
        return connection
    if name in disabled:
        raise ConnectionDisabled(f"connections.{name}.enabled is false")
    raise ConnectionNotFound(f"configured: {', '.join(sorted(connections)) or 'none'}")


def allow_connection(connection: Connection, client: ClientSettings) -> None:
    """Let a client use only the connections that are listed for it.

    Raises:
        ConnectionDisabled: this one is not.
    """
    if connection.name not in client.connections:
        raise ConnectionDisabled("the connection is not for this client: name it in the `connections` of the client")
