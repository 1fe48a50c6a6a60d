"""An Authlib server of Flask that has its own users, clients and tokens; what is added for social logins is marked."""

import os
import tomllib
from pathlib import Path
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.sqla_oauth2 import (
    OAuth2ClientMixin,
    OAuth2TokenMixin,
    create_query_client_func,
    create_save_token_func,
)
from flask import Flask, Response
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, relationship

from accredit import Identity
from accredit.contrib.authlib import AccessTokenEndpoint, SocialLoginGrant  # added
from accredit.sync import Verifier  # added

db = SQLAlchemy()
APP = {  # of a phone: it has no secret. The first two grant types are added.
    "grant_types": [
        "http://auth0.com/oauth/legacy/grant-type/access_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "refresh_token",
    ],
    "scope": "profile offline_access read:orders",
    "token_endpoint_auth_method": "none",
}


class User(db.Model):
    """Somebody with an account."""

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(200))

    def get_user_id(self) -> int:
        """Return what Authlib stores with a token."""
        return int(self.id)


class SocialAccount(db.Model):  # added
    """Who at which provider is which user. MySQL and MariaDB need a collation here that tells `a` from `A`."""

    namespace = db.Column(db.String(100), primary_key=True)
    user_id_there = db.Column(db.String(200), primary_key=True)
    user_id = db.Column(db.ForeignKey("user.id"), nullable=False)
    user: Mapped[User] = relationship()


class Client(db.Model, OAuth2ClientMixin):
    """An app that calls."""

    id = db.Column(db.Integer, primary_key=True)


class Token(db.Model, OAuth2TokenMixin):
    """What was issued."""

    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.ForeignKey("user.id"))


class SocialLogin(SocialLoginGrant):  # added
    """Says which of our users somebody is."""

    def authenticate_user(self, identity: Identity, client: Any) -> User:
        """Return the user of an identity, who is new at its first login."""
        key = (identity.namespace, identity.user_id)
        account = db.session.get(SocialAccount, key)
        if account is None:
            new = User(name=identity.profile.name)
            db.session.add(SocialAccount(namespace=key[0], user_id_there=key[1], user=new))
            try:
                db.session.commit()
            except IntegrityError:  # somebody was quicker: two first logins at once
                db.session.rollback()
            account = db.session.get_one(SocialAccount, key)
        return account.user


def create_app(verifier: Verifier | None = None) -> Flask:
    """Return the shop. Its tests hand in the verifier."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///shop.db")
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True  # by default Authlib issues none
    db.init_app(app)
    query_client = create_query_client_func(db.session, Client)
    server = AuthorizationServer(app, query_client, create_save_token_func(db.session, Token))

    connections = Path("connections.toml")  # added, down to the endpoint
    SocialLogin.verifier = verifier or Verifier(connections=tomllib.loads(connections.read_text("utf-8")))
    server.register_grant(SocialLogin)  # RFC 8693, at /oauth/token
    server.register_endpoint(AccessTokenEndpoint(SocialLogin))

    @app.post("/oauth/access_token")
    def access_token() -> Response:
        response: Response = server.create_endpoint_response("access_token")
        return response

    @app.post("/oauth/token")
    def token() -> Response:
        response: Response = server.create_token_response()
        return response

    @app.cli.command("init")
    def init() -> None:
        """Make the tables, and an app that calls."""
        db.create_all()
        client = Client(client_id="shop-app")
        client.set_client_metadata(APP)
        db.session.add(client)
        db.session.commit()

    return app
