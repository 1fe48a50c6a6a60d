"""May a host hand in this identity, and what it says beside it?"""

from pydantic import SecretStr

from accredit.errors import InvalidParameter
from accredit.models import Identity, is_user_id
from accredit.parameters import check_scopes, check_secret, check_text
from accredit.plugins import Connection
from accredit.profile import Profile


def check_given(
    identity: Identity, scopes: tuple[str, ...], *, audience: str | None, device: str | None, nonce: SecretStr | None
) -> None:
    """Hold a caller from Python to the types and bounds of the wire, before anything is looked up.

    Raises:
        InvalidParameter: a value is of another type, too long, or holds a character that it must not.
    """
    if not isinstance(identity, Identity):
        raise InvalidParameter("identity")
    check_text("connection", identity.connection)
    check_scopes(scopes)
    for parameter, text in (("audience", audience), ("device", device)):
        if text is not None:
            check_text(parameter, text)
    if nonce is not None:
        check_secret("nonce", nonce)


def check_identity(identity: Identity, connection: Connection) -> None:
    """Pass where nobody could take the identity for another connection's.

    Raises:
        InvalidParameter: its strategy, namespace or user id is none of the connection's, or its profile is no profile.
    """
    is_its_own = (identity.strategy, identity.namespace) == (connection.strategy.name, connection.namespace)
    if not is_its_own or type(identity.profile) is not Profile or not is_user_id(identity.user_id):
        raise InvalidParameter("identity")
