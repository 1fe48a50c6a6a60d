"""Transactions of the project: its `TestCase`, `ATOMIC_REQUESTS`, several databases, and users who come at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from core.tests.bench import GOOD
from core.tests.contrib.django.databases import database, sqlite
from core.tests.contrib.django.routers import chosen
from core.tests.contrib.django.shop import LOGIN, ShopUsers, log_in, open_shop, refresh, userinfo
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction
from django.test import AsyncClient
from psycopg import IsolationLevel

from accredit.contrib.django import exchange
from accredit.contrib.django.models import Identity, Session
from accredit.contrib.django.storage import locks

MODELS = (User, Identity, Session)


def counts() -> list[int]:
    return [model.objects.count() for model in MODELS]


@pytest.mark.usefixtures("shop")
def test_what_a_test_case_rolls_back_was_never_there() -> None:
    with transaction.atomic():
        assert log_in().status_code == 200
        assert counts() == [1, 1, 1]
        transaction.set_rollback(True)
    assert counts() == [0, 0, 0]


@pytest.fixture
def atomic_requests() -> Iterator[None]:
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = False


@pytest.mark.usefixtures("shop", "atomic_requests")
@pytest.mark.threat(30)
def test_under_atomic_requests_a_refusal_keeps_what_it_has_ended() -> None:
    with open_shop(tokens={"leeway_s": 0}):
        tokens = log_in().json()
        successor = refresh(tokens["refresh_token"]).json()["refresh_token"]
        assert refresh(tokens["refresh_token"]).status_code == 403
        assert refresh(successor).status_code == 403
        assert userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.usefixtures("shop", "atomic_requests")
def test_under_atomic_requests_no_transaction_is_open_while_the_provider_is_asked(shop: Any) -> None:
    of_the_view = connections["default"]
    before = len(of_the_view.savepoint_ids)
    while_the_provider_is_asked: list[int] = []
    ask = shop.provider.handle_async_request

    async def watch(request: Any) -> Any:
        while_the_provider_is_asked.append(len(of_the_view.savepoint_ids))
        return await ask(request)

    def create(*_: Any) -> User:
        assert len(of_the_view.savepoint_ids) > before  # with the row of the identity
        return User.objects.create_user("ada")

    shop.provider.handle_async_request = watch
    ShopUsers.creates = create
    assert log_in().status_code == 200
    assert while_the_provider_is_asked == [before]


@pytest.mark.usefixtures("shop", "atomic_requests")
def test_under_atomic_requests_asynchronous_views_answer_too() -> None:
    async def post() -> Any:
        return await AsyncClient().post(LOGIN, dict(GOOD), content_type="application/json")

    assert async_to_sync(post)().status_code == 200
    assert counts() == [1, 1, 1]


@contextmanager
def people_in(description: dict[str, Any]) -> Iterator[str]:
    """Make another database, to which the router sends everything for a while."""
    with database("people", description) as alias:
        call_command("migrate", database=alias, verbosity=0)
        before = chosen.set(alias)
        yield alias
        chosen.reset(before)


@pytest.fixture
def people(tmp_path: Path) -> Iterator[str]:
    """Another database."""
    with people_in(sqlite(tmp_path / "people.sqlite3")) as alias:
        yield alias


@pytest.mark.usefixtures("shop")
def test_everything_goes_to_the_database_that_the_router_names(people: str) -> None:
    tokens = log_in().json()
    assert refresh(tokens["refresh_token"]).status_code == 200
    assert userinfo(tokens["access_token"]).status_code == 200
    assert [model.objects.using(people).count() for model in MODELS] == [1, 1, 1]
    assert [model.objects.using("default").count() for model in MODELS] == [0, 0, 0]


@pytest.fixture
def people_on_postgresql(databases: None, migrated_postgresql: dict[str, Any]) -> Iterator[str]:
    """The same on a real PostgreSQL, empty."""
    with database("people", migrated_postgresql) as alias:
        call_command("flush", database=alias, interactive=False, verbosity=0)
        before = chosen.set(alias)
        yield alias
        chosen.reset(before)


@pytest.mark.usefixtures("databases")
@pytest.mark.threat(28)
def test_many_first_logins_of_one_person_make_one_user(people: str) -> None:
    many_first_logins(people)


@pytest.mark.slow
@pytest.mark.threat(28)
def test_many_first_logins_of_one_person_make_one_user_on_postgresql(people_on_postgresql: str) -> None:
    many_first_logins(people_on_postgresql)


@pytest.fixture
def strict_people(databases: None, migrated_postgresql: dict[str, Any]) -> Iterator[str]:
    """The same where each transaction of the project's sees what there was at its beginning."""
    options = {"isolation_level": IsolationLevel.SERIALIZABLE}
    with database("people", migrated_postgresql | {"OPTIONS": options}) as alias:
        call_command("flush", database=alias, interactive=False, verbosity=0)
        before = chosen.set(alias)
        yield alias
        chosen.reset(before)


@pytest.mark.slow
@pytest.mark.threat(28)
def test_many_first_logins_of_one_person_make_one_user_where_the_project_isolates_more(strict_people: str) -> None:
    many_first_logins(strict_people)


@pytest.fixture
def impatient_people(tmp_path: Path) -> Iterator[str]:
    """A database that turns away who finds it locked, where else SQLite would look again, after pauses."""
    description = sqlite(tmp_path / "people.sqlite3")
    with people_in(description | {"OPTIONS": description["OPTIONS"] | {"timeout": 0}}) as alias:
        yield alias


@pytest.mark.usefixtures("databases")
def test_threads_of_one_process_wait_for_each_other_before_they_ask_sqlite(impatient_people: str) -> None:
    many_first_logins(impatient_people)


@pytest.mark.usefixtures("databases")
def test_a_thread_that_has_waited_for_too_long_asks_sqlite_itself(
    impatient_people: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_PATIENCE_S", 0.01)

    def too_late() -> None:
        try:
            locks.write_nothing(impatient_people)
        finally:
            connections.close_all()

    locked, refused = locks.locked(impatient_people, 1), pytest.raises(OperationalError, match="locked")
    with locked, ThreadPoolExecutor(1) as other, refused:
        other.submit(too_late).result(60)
    with ThreadPoolExecutor(1) as other:
        other.submit(too_late).result(60)


def many_first_logins(people: str) -> None:
    at_once = 8
    together = threading.Barrier(at_once)

    def visit(_: int) -> str:
        before = chosen.set(people)
        try:
            together.wait(60)
            return str(exchange().authenticate(log_in().json()["access_token"]).subject)
        finally:
            chosen.reset(before)
            connections.close_all()

    with open_shop(), ThreadPoolExecutor(at_once) as threads:
        subjects = set(threads.map(visit, range(at_once)))
    assert len(subjects) == 1
    assert [model.objects.using(people).count() for model in MODELS] == [1, 1, at_once]
