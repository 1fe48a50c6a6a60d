"""Who calls: a client that is known and may use this grant."""

from collections.abc import Mapping

from accredit.errors import GrantNotAllowed, UnknownClient
from accredit.settings import EXCHANGE_GRANT, ClientSettings


def authenticate_client(client_id: str, clients: Mapping[str, ClientSettings]) -> ClientSettings:
    """Return the client's settings.

    Raises:
        UnknownClient: nobody configured it.
        GrantNotAllowed: it may not exchange provider tokens.
    """
    client = clients.get(client_id)
    if client is None:
        raise UnknownClient
    if EXCHANGE_GRANT not in client.grant_types:
        raise GrantNotAllowed(EXCHANGE_GRANT)
    return client
