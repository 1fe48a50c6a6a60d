"""A host's own models, made with the mixins, are the tables."""

from pathlib import Path

import pytest
from core.tests.storage.sessions import login
from sqlalchemy import MetaData, String, create_engine, select
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.schema import CreateTable

from accredit.storage import StoredSubject
from accredit.storage.sql import (
    IdentityMixin,
    RefreshTokenMixin,
    SessionMixin,
    SubjectMixin,
    SyncSqlStorage,
    UsedOnceMixin,
    tables_in,
    tables_of,
)


class Base(DeclarativeBase):
    pass


class Account(IdentityMixin, Base):
    __tablename__ = "account"
    note: Mapped[str | None] = mapped_column(String(20))


class Login(SessionMixin, Base):
    __tablename__ = "login"


class Refresh(RefreshTokenMixin, Base):
    __tablename__ = "refresh"


class Person(SubjectMixin, Base):
    __tablename__ = "person"


class Used(UsedOnceMixin, Base):
    __tablename__ = "used"


TABLES = tables_of(session=Login, refresh_token=Refresh, subject=Person, identity=Account, used_once=Used)


async def test_a_host_keeps_logins_in_models_of_its_own(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/host.db")
    Base.metadata.create_all(engine)
    storage = SyncSqlStorage(engine, TABLES)
    await storage.open()
    await storage.create("acme", "1", "7", now=1)
    await storage.start(*login("a", subject="7"))
    with Session(engine) as session:
        account = session.scalars(select(Account)).one()
        assert (account.namespace, account.provider_user_id, account.subject, account.note) == ("acme", "1", "7", None)
        assert session.scalars(select(Login.id).where(Login.subject == "7")).all() == ["a"]
        account.note = "a friend"
        session.commit()
    assert await storage.subject_of("acme", "1") == StoredSubject("7")
    await storage.close()
    engine.dispose()


def test_a_mixin_has_the_columns_of_its_table() -> None:
    ours = tables_in(MetaData())
    for name in ("sessions", "refresh_tokens", "subjects", "identities", "used_ids"):
        columns = {column.name: repr(column.type) for column in getattr(TABLES, name).columns if column.name != "note"}
        assert columns == {column.name: repr(column.type) for column in getattr(ours, name).columns}


def test_tables_are_added_once_and_under_a_prefix() -> None:
    metadata = MetaData()
    first = tables_in(metadata, prefix="login_")
    assert sorted(metadata.tables) == [
        "login_identities",
        "login_refresh_tokens",
        "login_sessions",
        "login_subjects",
        "login_used_ids",
    ]
    assert tables_in(metadata, prefix="login_") == first
    assert {table.schema for table in tables_in(metadata, schema="auth").all} == {"auth"}
    assert tables_in(metadata, schema="auth").sessions is metadata.tables["auth.accredit_sessions"]


@pytest.mark.threat(27)
def test_text_is_kept_as_bytes_where_the_database_would_fold_it() -> None:
    made = str(CreateTable(TABLES.identities).compile(dialect=mysql.dialect()))
    assert "provider_user_id VARBINARY(512)" in made
    assert "subject VARBINARY(512)" in made
