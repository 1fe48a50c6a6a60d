"""Everything in the host's own database, by its Flask-SQLAlchemy: its tables, its migrations, its thread."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from core.tests.bench import Clock, good_request
from core.tests.contrib.flask.shop import bearing, log_in, parts, tables
from core.tests.contrib.flask.shop import extension as plain_extension
from core.tests.postgres import PostgresDatabase
from flask import Flask, current_app, g, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, String, event, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from accredit import ConfigurationError, Identity
from accredit.contrib.flask import Accredit, current_token
from accredit.storage.sql import (
    IdentityMixin,
    RefreshTokenMixin,
    SessionMixin,
    SubjectMixin,
    UsedOnceMixin,
    tables_in,
    tables_of,
)

TABLES = {f"accredit_{name}" for name in ("sessions", "refresh_tokens", "subjects", "identities", "used_ids")}


class Host:
    """A shop with users in a database."""

    def __init__(self, folder: Path, *, url: str | None = None, **config: Any) -> None:
        class Base(DeclarativeBase):
            pass

        self.db = db = SQLAlchemy(model_class=Base)

        class User(db.Model):  # type: ignore[name-defined, misc] # it is made while the program runs
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(String(100))
            is_active: Mapped[bool] = mapped_column(default=True)

        self.User: Any = User
        self.store: Callable[[], None] = db.session.commit
        self.accredit = Accredit(db=db, plugins=plain_extension()._plugins)
        self.accredit.create_user(self.create_user)
        self.accredit.may_log_in(self.may_log_in)
        self.app = Flask("shop", instance_path=str(folder))
        self.app.config.update(ACCREDIT=tables(), **config)
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url or f"sqlite:///{folder / 'shop.db'}"
        db.init_app(self.app)
        own = parts()
        self.clock = own["clock"]
        assert isinstance(self.clock, Clock)
        del own["storage"]
        self.accredit.init_app(self.app, **own)
        self.app.get("/me")(self.accredit.require_token()(self.me))

    def create_tables(self) -> None:
        with self.app.app_context():
            self.db.create_all()

    def close(self) -> None:
        with self.app.app_context():
            self.db.engine.dispose()

    def create_user(self, identity: Identity) -> int:
        user = self.User(name=identity.profile.name)
        self.db.session.add(user)
        self.store()
        return int(user.id)

    def may_log_in(self, user_id: str) -> bool:
        user = self.db.session.get(self.User, int(user_id))
        return user is not None and user.is_active

    def me(self) -> str:
        return str(self.db.get_or_404(self.User, int(current_token.subject)).name)


MakeHost = Callable[..., Host]


@pytest.fixture
def make_host(tmp_path: Path) -> Iterator[MakeHost]:
    """Make a host without tables; at the end its connections are closed."""
    made: list[Host] = []

    def make(**config: Any) -> Host:
        made.append(Host(tmp_path, **config))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def host(make_host: MakeHost) -> Host:
    host = make_host()
    host.create_tables()
    return host


def test_the_host_s_metadata_has_our_tables_so_that_its_migrations_make_them(make_host: MakeHost) -> None:
    host = make_host()
    assert set(host.db.metadata.tables) == {"user", *TABLES}
    host.create_tables()
    with host.app.app_context():
        assert set(inspect(host.db.engine).get_table_names()) == {"user", *TABLES}


def test_a_login_makes_a_row_of_the_host_s_and_its_own(host: Host) -> None:
    answer = log_in(host.app).get_json()
    me = host.app.test_client().get("/me", headers=bearing(answer["access_token"]))
    assert me.text == "Ada Lovelace"
    with host.app.app_context():
        [identity] = host.db.session.execute(host.db.metadata.tables["accredit_identities"].select()).mappings()
        assert (identity["namespace"], identity["provider_user_id"], identity["subject"]) == ("acme", "1000", "1")
        body = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": answer["refresh_token"]}
    assert host.app.test_client().post("/login/oauth/token", json=body).status_code == 200


def test_a_user_whom_the_host_forgot_to_commit_is_stored_all_the_same(host: Host) -> None:
    host.store = host.db.session.flush
    answer = log_in(host.app)
    assert answer.status_code == 200
    assert host.app.test_client().get("/me", headers=bearing(answer.get_json()["access_token"])).text == "Ada Lovelace"


def test_a_user_who_is_deleted_is_gone_everywhere_at_once(host: Host) -> None:
    token = log_in(host.app).get_json()["access_token"]
    with host.app.app_context():
        host.db.session.delete(host.db.session.get(host.User, 1))
        host.db.session.commit()
    assert host.app.test_client().get("/me", headers=bearing(token)).status_code == 401
    assert log_in(host.app).status_code == 401


def test_the_database_is_worked_with_in_the_thread_of_the_request(host: Host) -> None:
    log_in(host.app)  # the first one opens it: looks, elsewhere, whether the tables are there
    threads = set()
    with host.app.app_context():

        @event.listens_for(host.db.engine, "before_cursor_execute")
        def note(*_: Any) -> None:
            threads.add(threading.get_ident())

    assert log_in(host.app).status_code == 200
    assert threads == {threading.get_ident()}


def test_without_the_tables_it_says_that_the_migrations_are_to_be_run(make_host: MakeHost) -> None:
    host = make_host()
    answer = log_in(host.app)
    assert (answer.status_code, answer.get_json()["error"]) == (500, "server_error")
    with pytest.raises(
        ConfigurationError, match=r"has no table accredit_subjects.*: run your migrations .*db\.create_all\(\)"
    ):
        host.app.extensions["accredit"].exchange.open()


def test_the_tables_may_be_models_of_the_host_s(tmp_path: Path) -> None:
    class Base(DeclarativeBase):
        pass

    db = SQLAlchemy(model_class=Base)
    mixins = {
        "session": SessionMixin,
        "refresh_token": RefreshTokenMixin,
        "subject": SubjectMixin,
        "identity": IdentityMixin,
        "used_once": UsedOnceMixin,
    }
    models: dict[str, Any] = {
        name: type(name, (mixin, db.Model), {"__tablename__": f"shop_{name}"}) for name, mixin in mixins.items()
    }
    accredit = Accredit(db=db, tables=tables_of(**models), plugins=plain_extension()._plugins)
    app = Flask("shop", instance_path=str(tmp_path))
    app.config.update(ACCREDIT=tables(), SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'shop.db'}")
    db.init_app(app)
    own = parts()
    del own["storage"]
    accredit.init_app(app, **own)
    assert set(db.metadata.tables) == {f"shop_{name}" for name in mixins}
    with app.app_context():
        db.create_all()
    assert log_in(app).status_code == 200
    with app.app_context():
        [session] = db.session.execute(db.select(models["session"])).scalars()
        assert (session.subject, session.client_id) == ("acme|1000", "app")
        db.session.remove()
        db.engine.dispose()


def test_the_database_must_know_the_app_first(tmp_path: Path) -> None:
    app = Flask("shop", instance_path=str(tmp_path))
    app.config["ACCREDIT"] = tables()
    with pytest.raises(ConfigurationError, match=r"^the Flask app 'shop' does not know this database yet: call db\."):
        Accredit(db=SQLAlchemy(), plugins=plain_extension()._plugins).init_app(app)


def test_a_bind_that_is_not_configured_is_told(tmp_path: Path) -> None:
    db = SQLAlchemy()
    app = Flask("shop", instance_path=str(tmp_path))
    app.config.update(ACCREDIT=tables(), SQLALCHEMY_DATABASE_URI="sqlite://")
    db.init_app(app)
    elsewhere = tables_in(MetaData(info={"bind_key": "logins"}))
    with pytest.raises(ConfigurationError, match=r"^the tables of Accredit have the bind key 'logins', and SQLALCHEMY"):
        Accredit(db=db, tables=elsewhere, plugins=plain_extension()._plugins).init_app(app)


def test_a_storage_of_a_test_takes_the_place_of_the_database(make_host: MakeHost, tmp_path: Path) -> None:
    host = make_host()
    app = Flask("test", instance_path=str(tmp_path))
    app.config.update(ACCREDIT=tables(), ACCREDIT_PARTS=parts(), SQLALCHEMY_DATABASE_URI="sqlite://")
    host.db.init_app(app)
    host.accredit.init_app(app)
    with app.app_context():
        host.db.create_all()
    assert log_in(app).status_code == 200
    with app.app_context():
        assert current_app.name == "test"
        assert host.db.session.execute(host.db.metadata.tables["accredit_sessions"].select()).all() == []
        host.db.session.remove()
        host.db.engine.dispose()


def test_the_doctor_and_the_commands_work_on_the_database_of_the_app(host: Host) -> None:
    log_in(host.app)
    ran = host.app.test_cli_runner().invoke(args=["accredit", "subjects", "show", "1"])
    assert ran.output == "1: not blocked\n  acme 1000\n"


def test_a_database_in_memory_serves_tests(make_host: MakeHost) -> None:
    host = make_host(url="sqlite://")
    host.create_tables()
    token = log_in(host.app).get_json()["access_token"]
    assert host.app.test_client().get("/me", headers=bearing(token)).text == "Ada Lovelace"


def test_alembic_finds_the_tables_and_then_nothing_to_do(make_host: MakeHost) -> None:
    host = make_host()

    def found() -> set[str]:
        with host.app.app_context(), host.db.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), host.db.metadata)
        return {one[1].name for one in differences if one[0] == "add_table"} | {
            str(one) for one in differences if one[0] not in {"add_table", "add_index"}
        }

    assert found() == {"user", *TABLES}
    host.create_tables()
    assert found() == set()


def test_a_view_keeps_what_it_has_in_its_session(host: Host) -> None:
    @host.app.before_request
    def load() -> None:
        g.user = host.db.session.get(host.User, 1)

    @host.app.get("/kept")
    @host.accredit.require_token()
    def kept() -> str:
        return str(g.user in host.db.session)

    token = log_in(host.app).get_json()["access_token"]
    assert host.app.test_client().get("/kept", headers=bearing(token)).text == "True"


def test_an_async_view_may_log_somebody_in(host: Host) -> None:
    @host.app.get("/log-in")
    async def view() -> str:
        exchange = host.accredit.exchange
        return (await exchange.acall(good_request())).subject

    assert host.app.test_client().get("/log-in").text == "1"
    with host.app.app_context():
        assert host.db.get_or_404(host.User, 1).name == "Ada Lovelace"


@pytest.mark.slow
def test_threads_log_in_at_once_with_a_file_of_sqlite(host: Host) -> None:
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: log_in(host.app).status_code, range(64)))
    assert statuses == [200] * 64


@pytest.mark.slow
def test_more_threads_than_connections_log_in_at_once(make_host: MakeHost, postgres_database: PostgresDatabase) -> None:
    options = {"pool_size": 4, "max_overflow": 0, "pool_timeout": 5}
    host = make_host(url=postgres_database.url("psycopg"), SQLALCHEMY_ENGINE_OPTIONS=options)
    host.create_tables()
    everybody = threading.Barrier(8)

    @host.app.before_request
    def wait() -> None:
        if request.path.endswith("/access_token"):
            everybody.wait(60)

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: log_in(host.app).status_code, range(32)))
    with host.app.app_context():
        users = host.db.session.execute(host.db.select(host.User)).scalars().all()
    assert statuses == [200] * 32
    assert len(users) == 1
