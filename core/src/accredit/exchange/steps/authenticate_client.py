"""Who calls: a client that is known and may use this grant."""

from collections.abc import Mapping

from accredit.errors import GrantNotAllowed, UnknownClient
from accredit.settings import EXCHANGE_GRANT, ClientSettings


def authenticate_client(client_id: str, clients: Mapping[str, ClientSettings], grant_type: str) -> ClientSettings:
    """Return the client's settings.

    A confidential client cannot use `/oauth/access_token`, which has no place for a proof of who calls: anybody who
    knows its name would get its scopes. It exchanges tokens at the token endpoint, where it authenticates.

    Raises:
        UnknownClient: nobody configured it.
        GrantNotAllowed: it may not exchange provider tokens in this way.
    """
    client = clients.get(client_id)
    if client is None:
        raise UnknownClient
    unproven = grant_type == EXCHANGE_GRANT and client.auth_method != "none"
    if unproven or grant_type not in client.grant_types:
        raise GrantNotAllowed(grant_type)
    return client
