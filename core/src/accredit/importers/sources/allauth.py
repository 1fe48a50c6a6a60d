"""django-allauth: `socialaccount_socialaccount`, and which app each account came from.

Source: allauth/socialaccount/models.py. `SocialAccount.provider` is the `provider_id` of its `SocialApp` where that has
one, else its `provider`. Which app it was is known by the account's `SocialToken`, which is stored only with
`SOCIALACCOUNT_STORE_TOKENS`; else it is one of the apps of that provider, which may stand in Django's settings instead.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from accredit.importers.options import ImportOptions
from accredit.importers.records import Reading
from accredit.importers.rows.accounts import AccountRow, account_reading
from accredit.importers.rows.tables import Tables
from accredit.importers.rows.users import read_users

NAME = "django-allauth"
STRATEGIES: Mapping[str, str] = {
    "google": "google-oauth2",
    "facebook": "facebook",
    "twitter": "twitter",
    "twitter_oauth2": "twitter",
    "weibo": "weibo",
}
"""The strategy for a provider as allauth names it."""
_ACCOUNTS, _APPS, _TOKENS = "socialaccount_socialaccount", "socialaccount_socialapp", "socialaccount_socialtoken"


def read(tables: Tables, options: ImportOptions) -> Reading:
    """Read the social accounts of all users.

    Raises:
        ConfigurationError: a table is not there.
    """
    users = read_users(tables, "auth_user", options)
    tokens = list(tables.rows(_TOKENS, ("id", "app_id", "account_id")))
    secrets = (f"{_TOKENS} {row['id']}" for row in tokens)
    return account_reading(NAME, _rows(tables, tokens), users, strategies=STRATEGIES, secrets=secrets)


def _rows(tables: Tables, tokens: list[dict[str, object]]) -> Iterator[AccountRow]:
    by_id: dict[object, str] = {}
    of_provider: dict[object, set[str]] = defaultdict(set)
    for app in tables.rows(_APPS, ("id", "provider", "client_id"), ("provider_id",)):
        by_id[app["id"]] = app["client_id"]
        of_provider[app["provider_id"] or app["provider"]].add(app["client_id"])
    of_account: dict[object, set[str]] = defaultdict(set)
    for token in tokens:
        if token["app_id"] in by_id:
            of_account[token["account_id"]].add(by_id[token["app_id"]])
    for row in tables.rows(_ACCOUNTS, ("id", "provider", "uid", "user_id")):
        yield AccountRow(
            row=f"{_ACCOUNTS} {row['id']}",
            provider=row["provider"],
            user_id=row["uid"],
            user=row["user_id"],
            apps=frozenset(of_account[row["id"]] or of_provider[row["provider"]]),
        )
