"""The old users: who is there, and who may not log in any more."""

from collections.abc import Mapping
from dataclasses import dataclass

from accredit.importers.options import ImportOptions, UserIds
from accredit.importers.rows.tables import Tables
from accredit.importers.rows.values import is_true, subject_id
from accredit.models import problem_of_subject_id

_FLAGS = ("is_active", "active")


@dataclass(frozen=True, slots=True)
class Users:
    """Whether each user is active, by subject."""

    active: Mapping[str, bool]
    user_ids: UserIds | None
    notes: tuple[str, ...] = ()

    def subject_of(self, key: object) -> str | None:
        """Return the subject of a foreign key to the users; None where `problem_of` says why not."""
        return None if self.problem_of(key) else subject_id(key, self.user_ids)

    def problem_of(self, key: object) -> str | None:
        """Say what keeps a user from coming along; None where nothing does."""
        if key is None:
            return "it is no user's"
        subject = subject_id(key, self.user_ids)
        if subject is None:
            return (
                "the user's id is 32 hex digits: say --user-ids uuid if the primary key is a UUID, else --user-ids text"
                if isinstance(key, str)
                else f"the user's id is a {type(key).__name__}, which cannot be read exactly"
            )
        if subject not in self.active:
            return "the user is not there any more"
        if problem := problem_of_subject_id(subject):
            return f"the user's id {problem}, so it cannot become `sub`"
        # Whoever could choose such an id would be somebody else's default subject.
        return "the user's id holds a |, as the subjects of identities do" if "|" in subject else None


def read_users(tables: Tables, table: str, options: ImportOptions) -> Users:
    """Read the users of a table.

    Raises:
        ConfigurationError: it is not there.
    """
    there = tables.columns(table)
    flag = next((name for name in _FLAGS if name in there), None)
    flags = () if flag is None else (flag,)
    active: dict[str, bool] = {}
    for row in tables.rows(table, (options.user_key, *flags)):
        subject = subject_id(row[options.user_key], options.user_ids)
        if subject is not None:
            active[subject] = flag is None or is_true(row[flag])
    unknown = f"table '{tables.name(table)}' has no column {' or '.join(_FLAGS)}: everybody counts as active"
    return Users(active, options.user_ids, () if flag else (unknown,))
