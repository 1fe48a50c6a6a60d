"""Authlib's tables, from models with its own mixins that its own grants have filled."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.sqla_oauth2 import OAuth2ClientMixin, OAuth2TokenMixin, create_save_token_func
from core.tests.bench import Bench, bench
from core.tests.importers.support import of, outcomes
from sqlalchemy import Boolean, Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import DeclarativeBase, Session

from accredit.importers import ImportOptions, Report, Target, run_import
from accredit.importers.sql_query import old_database

SETTINGS = {"clients": {"my-app": {"connections": ["acme"], "scopes": ["read:orders"]}}}


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)
    is_active = Column(Boolean, default=True)


class OAuth2Client(Base, OAuth2ClientMixin):  # type: ignore[misc]  # a mixin without types
    __tablename__ = "oauth2_client"
    id = Column(Integer, primary_key=True)


class OAuth2Token(Base, OAuth2TokenMixin):  # type: ignore[misc]  # a mixin without types
    __tablename__ = "oauth2_token"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id"))

    def get_user_id(self) -> Any:
        return self.user_id


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return a database that a server with Authlib has filled: users 1 to 3, of whom the third is deactivated."""
    address = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(address)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([User(id=1), User(id=2), User(id=3, is_active=False)])
        for client_id, method in (("my-app", "none"), ("a-server", "client_secret_basic")):
            client = OAuth2Client(client_id=client_id, client_secret="a secret of the client")
            client.set_client_metadata(
                {
                    "token_endpoint_auth_method": method,
                    "scope": "openid read:orders",
                    "grant_types": ["authorization_code", "refresh_token"],
                }
            )
            session.add(client)
        session.commit()
        for user in (1, 2, 3):
            save(session, user, f"refresh-{user}")
        save(session, 1, None)
        session.query(OAuth2Token).filter_by(user_id=2).one().refresh_token_revoked_at = int(time.time())
        session.commit()
    engine.dispose()
    return address


def save(session: Session, user: int, refresh_token: str | None, client_id: str = "my-app") -> None:
    """Store a token as Authlib's server does, once a grant has made it."""

    class Request:
        user: Any
        client: Any

    request = Request()
    request.user = session.get(User, user)
    request.user.get_user_id = lambda: user
    request.client = session.query(OAuth2Client).filter_by(client_id=client_id).one()
    token = {
        "access_token": f"access-{user}-{refresh_token}-{client_id}",
        "token_type": "Bearer",
        "scope": "read:orders",
    }
    if refresh_token is not None:
        token["refresh_token"] = refresh_token
    create_save_token_func(session, OAuth2Token)({**token, "expires_in": 60}, request)


@pytest.fixture
async def ours() -> AsyncIterator[Bench]:
    async with bench(SETTINGS) as one:
        for user in ("1", "2", "3"):
            await one.exchange.subjects.link("acme", user, user)
        yield one


async def moved(url: str, ours: Bench, **options: Any) -> Report:
    chosen = {"write": True, **options}
    with old_database(url) as query:
        return await run_import("authlib", query, Target.of(ours.exchange.engine), options=ImportOptions(**chosen))


async def refresh(ours: Bench, token: str) -> int:
    form = {"grant_type": "refresh_token", "client_id": "my-app", "refresh_token": token}
    return (await ours.client.post("/oauth/token", data=form)).status_code


async def test_an_app_refreshes_with_the_token_it_had(url: str, ours: Bench) -> None:
    report = await moved(url, ours)

    assert of(report, "refresh token", "entered") == ["oauth2_token 1"]
    assert await refresh(ours, "refresh-1") == 200
    assert "refresh-1" not in repr(report)


async def test_a_revoked_token_and_one_of_a_deactivated_user_are_left_out(url: str, ours: Bench) -> None:
    told = outcomes(await moved(url, ours))

    assert told["oauth2_token 2"] == ("left out", "it was revoked, or used up")
    assert told["oauth2_token 3"] == ("left out", "the user is deactivated")
    assert [await refresh(ours, f"refresh-{user}") for user in (2, 3)] == [403, 403]


async def test_a_token_that_the_old_server_would_refuse_by_its_age_is_left_out(url: str, ours: Bench) -> None:
    told = outcomes(await moved(url, ours, refresh_ttl_s=60))  # our clock is far ahead of the old server's rows

    assert told["oauth2_token 1"] == ("left out", "it has expired")


async def test_a_token_that_two_rows_hold_is_left_out(url: str, ours: Bench) -> None:
    engine = create_engine(url)
    with Session(engine) as session:
        save(session, 1, "refresh-1", client_id="a-server")
    engine.dispose()

    told = outcomes(await moved(url, ours))

    assert told["oauth2_token 1"] == ("left out", "two rows have the same token")
    assert await refresh(ours, "refresh-1") == 403


async def test_clients_are_told_apart_by_how_they_authenticate(url: str, ours: Bench) -> None:
    report = await moved(url, ours)

    assert outcomes(report)["oauth2_client my-app"] == ("unchanged", "it is in the settings")
    [client] = report.clients
    assert client.text.startswith("accredit clients add a-server --confidential")
    assert "a secret of the client" not in repr(report)
