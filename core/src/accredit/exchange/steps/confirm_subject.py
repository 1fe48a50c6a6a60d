"""Ask the host once more, after all that may have taken time, and before anything is stored or issued."""

from accredit.errors import SubjectBlocked
from accredit.exchange.standing import Standing
from accredit.models import Login


async def confirm_subject(login: Login, standing: Standing) -> None:
    """Let the plugins refuse a subject that may not be here any more. Without such a plugin nothing is asked.

    The storage is not read again: what it knows is compared in the transaction that stores the login.

    Raises:
        SubjectBlocked: a plugin says no.
        PluginFailed: a plugin cannot tell.
    """
    if not await standing.holds_with_plugins(login.subject.id, login.client_id):
        raise SubjectBlocked
