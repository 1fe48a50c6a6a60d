"""Flask-Dance, from databases that its own storage has filled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core.tests.importers.support import identities, outcomes, target
from flask import Flask
from flask_dance.consumer import OAuth2ConsumerBlueprint
from flask_dance.consumer.storage.sqla import OAuthConsumerMixin, SQLAlchemyStorage
from flask_sqlalchemy import SQLAlchemy

from accredit.errors import ConfigurationError
from accredit.importers import ImportOptions, Report, Target, run_import
from accredit.importers.sql_query import old_database

# Flask-Dance's own default for `created_at`, which newer Pythons warn of.
pytestmark = pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow:DeprecationWarning")

TOKEN = {"access_token": "gho_in_clear", "token_type": "bearer"}


class Shop:
    """A host's models, with or without the columns that Flask-Dance's guide to several users adds."""

    def __init__(self, path: Path, *, ids: Any = None) -> None:
        self.url = f"sqlite:///{path}"
        self.app = Flask("shop")
        self.app.config["SQLALCHEMY_DATABASE_URI"] = self.url
        db: Any = SQLAlchemy()
        db.init_app(self.app)

        class User(db.Model):  # type: ignore[misc]  # a class of an instance
            id = db.Column(db.Integer, primary_key=True)
            active = db.Column(db.Boolean, default=True)

        class OAuth(OAuthConsumerMixin, db.Model):  # type: ignore[misc]  # a class of an instance
            if ids is not None:
                provider_user_id = db.Column(ids, nullable=True)
                user_id = db.Column(db.Integer, db.ForeignKey(User.id))
                user = db.relationship(User)

        self.db, self.User, self.OAuth = db, User, OAuth
        with self.app.app_context():
            db.create_all()

    def log_in(self, provider: str, provider_user_id: Any, *, active: bool = True) -> str:
        """Store a token as a view does that Flask-Dance calls with one; returns the user's primary key."""
        with self.app.app_context():
            user = self.User(active=active)
            self.db.session.add(user)
            self.db.session.commit()
            blueprint = OAuth2ConsumerBlueprint(provider, __name__)
            self.app.config["SERVER_NAME"] = None
            stored = SQLAlchemyStorage(self.OAuth, self.db.session, user=user)
            stored.set(blueprint, TOKEN)
            row = self.db.session.query(self.OAuth).filter_by(provider=provider, user_id=user.id).one()
            row.provider_user_id = provider_user_id
            self.db.session.commit()
            return str(user.id)

    def close(self) -> None:
        with self.app.app_context():
            self.db.engine.dispose()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    made = []

    def shop(**more: Any) -> Shop:
        made.append(Shop(tmp_path / "shop.db", **more))
        return made[-1]

    yield shop
    for one in made:
        one.close()


async def imported(shop: Shop, to: Target, **options: Any) -> Report:
    chosen = {"write": True, "connections": {"acme": "acme"}, **options}
    with old_database(shop.url) as query:
        return await run_import("flask-dance", query, to, options=ImportOptions(**chosen))


async def test_rows_that_say_whose_they_are_become_identities(make: Any) -> None:
    from sqlalchemy import String

    shop, to = make(ids=String(256)), target()
    ada = shop.log_in("google", "109876543210987654321")
    bob = shop.log_in("facebook", "10158000000000001")
    cem = shop.log_in("acme", "007")
    dot = shop.log_in("google", "dot@gmail.com")
    eve = shop.log_in("google", "eve")
    fay = shop.log_in("acme", None)

    report = await imported(shop, to)

    assert await identities(to.storage, [ada, bob, cem, dot, eve, fay]) == {
        ada: (("google-oauth2", "109876543210987654321"),),
        cem: (("acme", "007"),),
    }
    told = {row: reason for row, (_, reason) in outcomes(report).items()}
    assert "--same-app facebook" in told["flask_dance_oauth 2"]
    assert "e-mail" in told["flask_dance_oauth 4"]
    assert told["flask_dance_oauth 5"] == "its id is not of the form of that provider's, which are digits"
    assert told["flask_dance_oauth 6"] == "the provider's id is a NoneType, which is not exact"
    assert "gho_in_clear" not in repr(report)


@pytest.mark.threat(27)
async def test_an_id_in_a_column_of_whole_numbers_is_exact_and_one_of_floats_is_none(tmp_path: Path) -> None:
    from sqlalchemy import BigInteger, Float

    for number, kind in enumerate((BigInteger, Float)):
        shop, to = Shop(tmp_path / f"{number}.db", ids=kind), target()
        user = shop.log_in("google", 900719925474099301)
        report = await imported(shop, to)
        shop.close()
        if kind is BigInteger:
            assert await to.storage.identities(user) == (("google-oauth2", "900719925474099301"),)
        else:
            assert await to.storage.identities(user) == ()
            assert outcomes(report)["flask_dance_oauth 1"] == (
                "left out",
                "the provider's id is a float, which is not exact",
            )


async def test_a_deactivated_user_comes_in_blocked(make: Any) -> None:
    from sqlalchemy import String

    shop, to = make(ids=String(256)), target()
    user = shop.log_in("google", "1", active=False)
    await imported(shop, to)

    stored = await to.storage.subject_of("google-oauth2", "1")
    assert stored is not None
    assert (stored.id, stored.blocked) == (user, True)


async def test_a_table_with_tokens_alone_links_nobody_and_says_why(make: Any) -> None:
    shop, to = make(), target()
    with shop.app.app_context():
        SQLAlchemyStorage(shop.OAuth, shop.db.session).set(OAuth2ConsumerBlueprint("google", __name__), TOKEN)

    report = await imported(shop, to)

    reason = "the table has no column provider_user_id with user_id: it holds a token, and nobody's id"
    assert outcomes(report) == {"flask_dance_oauth 1": ("left out", reason)}


async def test_tables_of_other_names_are_found_and_a_missing_one_says_how(make: Any) -> None:
    from sqlalchemy import String

    shop = make(ids=String(256))
    shop.log_in("google", "1")
    with pytest.raises(ConfigurationError) as refused:
        await imported(shop, target(), tables={"user": "people"})
    assert str(refused.value) == (
        "there is no table 'people' in that database; if it has another name, say --table user=NAME"
    )
    with pytest.raises(ConfigurationError, match="table 'user' has no column nr: it is not the one expected"):
        await imported(shop, target(), user_key="nr")
