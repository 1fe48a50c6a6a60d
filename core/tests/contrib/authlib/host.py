"""A host that has an Authlib server of Flask, with Authlib's own models, and adds social logins."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.sqla_oauth2 import (
    OAuth2ClientMixin,
    OAuth2TokenMixin,
    create_query_client_func,
    create_save_token_func,
)
from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import Bench, bench
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from sqlalchemy import ForeignKey, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from accredit import ExchangeError, Identity
from accredit.contrib.authlib import AccessTokenEndpoint, SocialLoginGrant
from accredit.settings import EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT
from accredit.sync import Verifier

ALL_GRANTS = [EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT, "refresh_token"]
SCOPES = "openid profile offline_access read:orders"


class Base(DeclarativeBase):
    """The host's models."""


class User(Base):
    """Somebody with an account."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    social: Mapped[str] = mapped_column(String(300), unique=True)

    def get_user_id(self) -> int:
        return self.id


class Client(Base, OAuth2ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """An application of somebody."""

    __tablename__ = "clients"
    id: Mapped[int] = mapped_column(primary_key=True)


class Token(Base, OAuth2TokenMixin):  # type: ignore[misc]  # as above
    """What was issued."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


def ours(ask: Callable[[Bench], Awaitable[httpx.Response]]) -> httpx.Response:
    """Return what our own endpoints answer."""

    async def answer() -> httpx.Response:
        async with bench() as made:
            return await ask(made)

    return asyncio.run(answer())


@dataclass
class Host:
    """The server, its users, and what a test may change."""

    provider: Provider = field(default_factory=Provider)
    refuses: ExchangeError | None = None
    knows_new_users: bool = True
    connections: Sequence[str] = ("acme", "globex")
    audiences: Sequence[str] = ()
    extensions: Sequence[Callable[[SocialLoginGrant], None]] = ()
    scopes_supported: Sequence[str] | None = None
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        Base.metadata.create_all(engine)
        self.db = Session(engine)
        self.verifier = Verifier(
            connections={
                "acme": {"app_ids": ["acme-app"]},
                "globex": {"consumer_key": "globex-key"},
                "off": {"strategy": "acme", "app_ids": ["acme-app"], "enabled": False},
            },
            plugins=[Brings(Acme, Globex)],
            transport=self.provider,
        )
        self.add_client("app")
        self.add_client("no-exchange", grant_types=["refresh_token"])
        self.add_client("no-refresh", grant_types=[EXCHANGE_GRANT])
        self.add_client("server", token_endpoint_auth_method="client_secret_basic", client_secret="s3cret")
        self.client: FlaskClient = self._app().test_client()

    def close(self) -> None:
        self.verifier.close()
        self.db.close()

    def add_client(self, client_id: str, client_secret: str = "", **metadata: Any) -> None:
        client = Client(client_id=client_id, client_secret=client_secret)
        usual = {"grant_types": ALL_GRANTS, "scope": SCOPES, "token_endpoint_auth_method": "none"}
        client.set_client_metadata({**usual, **metadata})
        self.db.add(client)
        self.db.commit()

    def user_for(self, identity: Identity) -> User | None:
        self.asked.append(identity.user_id)
        if self.refuses is not None:
            raise self.refuses
        social = f"{identity.namespace}|{identity.user_id}"
        user = self.db.query(User).filter_by(social=social).one_or_none()
        if user is None and self.knows_new_users:
            user = User(name=identity.profile.name or "", social=social)
            self.db.add(user)
            self.db.commit()
        return user

    @property
    def tokens(self) -> list[Token]:
        return self.db.query(Token).all()

    def _grant(host) -> type[SocialLoginGrant]:  # noqa: N805 - `self` is another's below
        class SocialLogin(SocialLoginGrant):
            verifier = host.verifier

            def authenticate_user(self, identity: Identity, client: Any) -> User | None:
                return host.user_for(identity)

            def check_connection(self, client: Any, connection: str) -> bool:
                return connection in host.connections

            def check_audience(self, client: Any, audience: str) -> bool:
                return audience in host.audiences

        return SocialLogin

    def _app(self) -> Flask:
        app = Flask("shop")
        app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        app.config["OAUTH2_SCOPES_SUPPORTED"] = self.scopes_supported
        server = AuthorizationServer(
            app,
            query_client=create_query_client_func(self.db, Client),
            save_token=create_save_token_func(self.db, Token),
        )
        grant = self._grant()
        server.register_grant(grant, self.extensions)
        server.register_endpoint(AccessTokenEndpoint(grant, self.extensions))

        @app.route("/oauth/access_token", methods=["GET", "POST"])
        def access_token() -> Response:
            response: Response = server.create_endpoint_response("access_token")
            return response

        @app.post("/oauth/token")
        def token() -> Response:
            response: Response = server.create_token_response()
            return response

        @app.get("/ping")
        def ping() -> Response:
            return jsonify({})

        return app
