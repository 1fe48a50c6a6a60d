"""Who calls: a client that is known and may use this grant type."""

from collections.abc import Mapping

from accredit.errors import GrantNotAllowed, InvalidParameter, UnknownClient
from accredit.exchange.client import Client


def admit_client(
    client_id: str, grant_type: str, *, authenticated: Client | None, clients: Mapping[str, Client]
) -> Client:
    """Return the client that a request names; `authenticated` is who has proven to be calling, None for nobody.

    A confidential client has to be that one. So it cannot use `/oauth/access_token`, which has no place for a proof:
    anybody who knows its name would get its scopes. It exchanges tokens at the token endpoint.

    Raises:
        UnknownClient: nobody configured it here.
        GrantNotAllowed: it may not use this grant type, or has proven nothing.
        InvalidParameter: the request names another client than the one that calls, or that is no `Client`.
    """
    if authenticated is not None and not _is_named(authenticated, client_id):
        raise InvalidParameter("client_id")
    client = clients.get(client_id)
    if client is None:
        raise UnknownClient
    if authenticated is None and client.is_confidential:
        raise GrantNotAllowed(grant_type)
    if grant_type not in client.settings.grant_types:
        raise GrantNotAllowed(grant_type)
    return client


def _is_named(authenticated: object, client_id: str) -> bool:
    return isinstance(authenticated, Client) and authenticated.id == client_id
