"""Is an identity that a host hands in one of its connection?"""

from accredit.errors import InvalidParameter
from accredit.models import Identity, is_user_id
from accredit.plugins import Connection
from accredit.profile import Profile


def check_identity(identity: Identity, connection: Connection) -> None:
    """Pass where nobody could take the identity for another connection's.

    Raises:
        InvalidParameter: its strategy, namespace or user id is none of the connection's, or its profile is no profile.
    """
    is_its_own = (identity.strategy, identity.namespace) == (connection.strategy.name, connection.namespace)
    if not is_its_own or type(identity.profile) is not Profile or not is_user_id(identity.user_id):
        raise InvalidParameter("identity")
