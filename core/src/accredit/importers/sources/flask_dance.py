"""Flask-Dance: `flask_dance_oauth`, of a host's model with `OAuthConsumerMixin`.

Source: flask_dance/consumer/storage/sqla.py. The mixin itself holds a provider's name and its token, and nobody's id.
Who a token belongs to is known only where the host has added the columns of Flask-Dance's guide to several users:
`provider_user_id`, and `user_id` for the host's own user.
"""

from collections.abc import Iterator, Mapping

from accredit.importers.options import ImportOptions
from accredit.importers.records import LeftOut, Reading
from accredit.importers.rows.accounts import AccountRow, account_reading
from accredit.importers.rows.tables import Tables
from accredit.importers.rows.users import read_users

NAME = "flask-dance"
STRATEGIES: Mapping[str, str] = {"google": "google-oauth2", "facebook": "facebook", "twitter": "twitter"}
"""The strategy for a blueprint as Flask-Dance names it."""
_TABLE = "flask_dance_oauth"
_NOBODY = "the table has no column provider_user_id with user_id: it holds a token, and nobody's id"


def read(tables: Tables, options: ImportOptions) -> Reading:
    """Read the rows that say whose they are.

    Raises:
        ConfigurationError: a table is not there.
    """
    table = tables.name(_TABLE)
    if not {"provider_user_id", "user_id"} <= tables.columns(_TABLE):
        nobody = tuple(LeftOut("identity", f"{table} {row['id']}", _NOBODY) for row in tables.rows(_TABLE, ("id",)))
        return Reading(source=NAME, left_out=nobody)
    users = read_users(tables, "user", options)
    secrets = (f"{table}, column token",)
    return account_reading(NAME, _rows(tables), users, strategies=STRATEGIES, secrets=secrets)


def _rows(tables: Tables) -> Iterator[AccountRow]:
    for row in tables.rows(_TABLE, ("id", "provider", "provider_user_id", "user_id")):
        yield AccountRow(
            row=f"{tables.name(_TABLE)} {row['id']}",
            provider=row["provider"],
            user_id=row["provider_user_id"],
            user=row["user_id"],
        )
