"""A region whose database can only be read."""

import json

import pytest
import sqlalchemy as sa
from core.tests.postgres import PostgresDatabase

from accredit import Exchange, Settings
from accredit.errors import ConfigurationError

pytestmark = pytest.mark.slow
KEY = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="


def settings(url: str, **keys: object) -> Settings:
    return Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "storage": {"url": url},
            "tokens": {"signing_alg": "ES256"},
            "keys": {"place": "storage", "encryption_key": KEY, **keys},
        }
    )


async def test_a_database_that_is_read_only_serves_a_node_that_only_verifies(
    postgres_database: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = postgres_database.url()
    async with Exchange(settings(url)) as first:
        jwks = json.dumps(first.engine.keys.jwks())
    engine = sa.create_engine(postgres_database.url("psycopg"), poolclass=sa.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')

    with pytest.raises(ConfigurationError, match="the database is read-only"):
        async with Exchange(settings(url)):
            pass
    path = tmp_path_factory.mktemp("published") / "jwks.json"
    path.write_text(jwks)
    replica = f"{url}{'&' if '?' in url else '?'}target_session_attrs=any"
    async with Exchange(settings(replica, place="published", published=str(path))) as second:
        assert json.dumps(second.engine.keys.jwks()) == jwks
        assert await second.engine.storage.get("nobody") is None
        assert not second.engine.can_sign
