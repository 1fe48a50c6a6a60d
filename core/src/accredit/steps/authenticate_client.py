"""Who calls: a client that is known and may use this grant."""

from collections.abc import Mapping

from accredit.errors import GrantNotAllowed, UnknownClient
from accredit.settings import ClientSettings


def authenticate_client(client_id: str, clients: Mapping[str, ClientSettings], grant_type: str) -> ClientSettings:
    """Return the client's settings.

    Raises:
        UnknownClient: nobody configured it.
        GrantNotAllowed: it may not exchange provider tokens in this way.
    """
    client = clients.get(client_id)
    if client is None:
        raise UnknownClient
    if grant_type not in client.grant_types:
        raise GrantNotAllowed(grant_type)
    return client
