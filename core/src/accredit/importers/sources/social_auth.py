"""social-auth-app-django: `social_auth_usersocialauth`, one table with several kinds of ids.

Source: social_django/models.py; social_core/backends/google.py. For years `uid` of `google-oauth2` was the e-mail
address, unless `USE_UNIQUE_USER_ID` was set; from social-auth-core 7.0 it is `sub`, unless `ID_KEY` says otherwise. A
newer table has a column `id_key` that says what a uid is, but migration 0020 has written `email` to every older row of
Google's, also where it is the `sub`. So the uid itself decides: an address holds an @, a `sub` of Google's is digits.
"""

from collections.abc import Iterator, Mapping

from accredit.importers.options import ImportOptions
from accredit.importers.records import Reading
from accredit.importers.rows.accounts import MUTABLE_KEYS, AccountRow, account_reading
from accredit.importers.rows.tables import Tables
from accredit.importers.rows.users import read_users

NAME = "social-auth-app-django"
STRATEGIES: Mapping[str, str] = {
    "google-oauth2": "google-oauth2",
    "google-openidconnect": "google-oauth2",
    "google-onetap": "google-oauth2",
    "facebook": "facebook",
    "facebook-app": "facebook",
    "facebook-limited-login": "facebook",
    "twitter": "twitter",
    "twitter-oauth2": "twitter",
    "weibo": "weibo",
}
"""The strategy for a backend as social-auth-core names it."""
_ID_KEYS: Mapping[str, frozenset[str]] = {
    # `email` because of migration 0020: the digits decide.
    "google-oauth2": frozenset({"", "sub", "id", "email"}),
    "facebook": frozenset({"", "id", "sub"}),
    "twitter": frozenset({"", "id"}),
    "weibo": frozenset({"", "uid", "id"}),
}
_TABLE = "social_auth_usersocialauth"


def read(tables: Tables, options: ImportOptions) -> Reading:
    """Read the associations of all users.

    Raises:
        ConfigurationError: a table is not there.
    """
    users = read_users(tables, "auth_user", options)
    secrets = (f"{_TABLE}, column extra_data",)
    return account_reading(NAME, _rows(tables), users, strategies=STRATEGIES, secrets=secrets)


def _rows(tables: Tables) -> Iterator[AccountRow]:
    for row in tables.rows(_TABLE, ("id", "provider", "uid", "user_id"), ("id_key",)):
        yield AccountRow(
            row=f"{_TABLE} {row['id']}",
            provider=row["provider"],
            user_id=row["uid"],
            user=row["user_id"],
            problem=_problem_of(row["provider"], row["id_key"] or ""),
        )


def _problem_of(provider: str, id_key: str) -> str | None:
    """Say why a uid is no id of the provider's, by what it was taken from; the uid itself is looked at, too."""
    strategy = STRATEGIES.get(provider)
    is_an_id = id_key not in MUTABLE_KEYS if strategy is None else id_key in _ID_KEYS[strategy]
    return None if is_an_id else f"its id is what ID_KEY says, '{id_key}', which is not the provider's id of a user"
