"""To whom does a signed-in caller want the new identity linked?"""

from pydantic import SecretStr

from accredit.errors import LinkingUnavailable


def link(main_access_token: SecretStr | None) -> None:
    """Refuse `main_access_token`: there is no store of subjects, and ignoring it would make a second user.

    Raises:
        LinkingUnavailable: the request wants its identity linked.
    """
    if main_access_token is not None:
        raise LinkingUnavailable
