"""A shop whose users log in with Facebook. They are rows of its own database; its API takes the tokens they get."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from accredit import Identity
from accredit.contrib.flask import Accredit, current_token

ACCREDIT = {
    "issuer": "https://shop.example.com/login/",  # where the endpoints are: host and path
    "connections": {"facebook": {"app_id": "1234567890"}},  # its app_secret comes from the environment
    "clients": {"shop-app": {"connections": ["facebook"], "scopes": ["read:orders"]}},
}


class Base(DeclarativeBase):
    """The base of the shop's models."""


db = SQLAlchemy(model_class=Base)
accredit = Accredit(db=db)


class User(db.Model):
    """A user of the shop."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)


@accredit.create_user
def create_user(identity: Identity) -> int:
    """Make a user of somebody who has not been here."""
    user = User(name=identity.profile.name)
    db.session.add(user)
    db.session.commit()
    return user.id


@accredit.may_log_in
def may_log_in(user_id: str) -> bool:
    """Say whether a user may still be here."""
    user = db.session.get(User, int(user_id))
    return user is not None and user.is_active


def create_app(test_config: Mapping[str, Any] | None = None) -> Flask:
    """Return the app."""
    app = Flask(__name__)
    app.config.from_mapping(SQLALCHEMY_DATABASE_URI="sqlite:///shop.db", ACCREDIT=ACCREDIT)
    app.config.from_mapping(test_config or {})
    db.init_app(app)
    accredit.init_app(app)
    app.cli.command("init-db")(db.create_all)

    @app.get("/orders")
    @accredit.require_token("read:orders", users_only=True)
    def orders() -> dict[str, str | None]:
        return {"orders of": db.get_or_404(User, int(current_token.subject)).name}

    return app
