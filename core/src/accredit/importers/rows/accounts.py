"""Accounts at providers, told apart from what only looks like one: an e-mail address is never an id."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accredit.importers.records import Account, LeftOut, Reading, apart
from accredit.importers.rows.users import Users
from accredit.importers.rows.values import exact_text
from accredit.models import is_user_id

MUTABLE_KEYS = frozenset({"email", "login", "name", "nickname", "preferred_username", "screen_name", "upn", "username"})
"""What people can change, or hand on: never an id, whatever a package has used as one."""


PROVIDER_TOKEN = "a provider's token is of no use here: delete it once nobody reads it any more"  # noqa: S105 - a reason
"""Why no provider's token is imported, nor even read."""

EMAIL = "its id is an e-mail address, which is no id: whoever gets the address next would get the account"
"""Why a row that is keyed by an address is left out."""

_DIGITS = re.compile(r"[0-9]{1,200}")
"""How the ids of Facebook, Google, X and Weibo are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A row as it stands in a table."""

    row: str
    provider: str
    user_id: object
    user: object
    apps: frozenset[str] = frozenset()
    problem: str | None = None
    """Why the id is none, as far as the source knows."""


def account_reading(
    source: str,
    rows: Iterable[AccountRow],
    users: Users,
    *,
    strategies: Mapping[str, str],
    secrets: Iterable[str],
) -> Reading:
    """Keep the rows whose ids are exact, and whose users are there. A deactivated user counts with every row.

    `secrets` names where providers' tokens stand, which are not imported.
    """
    deactivated: set[str] = set()

    def read(row: AccountRow) -> Account | LeftOut:
        subject, user_id = users.subject_of(row.user), exact_text(row.user_id)
        if subject is not None and not users.active[subject]:
            deactivated.add(subject)
        is_known = row.provider in strategies
        problem = users.problem_of(row.user) or row.problem or _problem_of_user_id(row.user_id, is_known=is_known)
        if problem is not None or subject is None or user_id is None:
            return LeftOut("identity", row.row, str(problem))
        return Account(row=row.row, provider=row.provider, user_id=user_id, user=subject, apps=row.apps)

    accounts, left_out = apart(map(read, rows))
    return Reading(
        source=source,
        strategies=strategies,
        accounts=accounts,
        deactivated=frozenset(deactivated),
        left_out=(*left_out, *(LeftOut("provider token", one, PROVIDER_TOKEN) for one in secrets)),
        notes=users.notes,
    )


def _problem_of_user_id(value: object, *, is_known: bool) -> str | None:
    """Say why a value is no provider's id of a user; None where it may be one."""
    text = exact_text(value)
    if text is None:
        return f"the provider's id is a {type(value).__name__}, which is not exact"
    if "@" in text:
        return EMAIL
    if is_known and not _DIGITS.fullmatch(text):
        return "its id is not of the form of that provider's, which are digits"
    return None if is_user_id(text) else "its id is not 1 to 200 printable ASCII characters without | or blanks"
