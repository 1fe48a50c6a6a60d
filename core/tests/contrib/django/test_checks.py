"""What `manage.py check` says."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core.tests.contrib.django.shop import Shop, open_shop
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from accredit.contrib.django.checks.deploy import check_migrations

FILE = {"transaction_mode": "IMMEDIATE"}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path) -> Iterator[None]:
    with open_shop():
        yield


def found(*, deploy: bool = False, **settings: Any) -> dict[str, CheckMessage]:
    with override_settings(**settings):
        messages = run_checks(tags=["accredit"], include_deployment_checks=deploy)
    return {str(one.id): one for one in messages}


def deployed(**changes: Any) -> dict[str, CheckMessage]:
    return {name: one for name, one in found(deploy=True, **changes).items() if name != "accredit.W004"}


def test_a_project_that_works_is_told_nothing() -> None:
    assert found() == {}


def test_settings_that_cannot_be_read_are_an_error() -> None:
    told = found(ACCREDIT={"issuer": "http://shop.example.com/"})["accredit.E001"]
    assert told.msg.startswith("ACCREDIT: setting issuer: must start with https://")


def test_a_project_without_the_setting_is_told_what_to_add() -> None:
    with override_settings(ACCREDIT=None):
        assert "ACCREDIT is missing in the settings" in found()["accredit.E001"].msg


def test_a_connection_that_cannot_be_made_is_an_error_in_production_only() -> None:
    with open_shop(connections={"nosuch": {}}):
        assert set(found()) == {"accredit.W007"}
        assert "ACCREDIT: setting connections.nosuch" in found(deploy=True)["accredit.E002"].msg


def test_a_secret_that_is_missing_is_told_with_the_variable_that_would_hold_it() -> None:
    with open_shop(connections={"acme-more": {"strategy": "acme"}}):
        told = found(deploy=True)
    assert told["accredit.W007"].msg == "ACCREDIT: connection 'acme-more': setting app_ids: Field required"
    variable = "where settings are read from the environment too, set ACCREDIT_CONNECTIONS__ACME_MORE__APP_IDS"
    assert told["accredit.W007"].hint == f"{variable}; until then nobody can log in"
    assert told["accredit.E002"].hint == variable


class SplitRouter:
    """Keep what is ours apart from the users."""

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "elsewhere" if model._meta.app_label == "accredit" else None


def test_users_in_another_database_than_their_logins_are_told() -> None:
    told = found(DATABASE_ROUTERS=["core.tests.contrib.django.test_checks.SplitRouter"])["accredit.W008"]
    assert "to the database 'elsewhere', and users to 'default'" in told.msg


def test_users_that_cannot_be_imported_are_told() -> None:
    with open_shop(users="shop.nowhere.Users"):
        assert "ACCREDIT: users: " in found()["accredit.W007"].msg


def test_an_issuer_that_names_another_path_than_the_urls_is_an_error() -> None:
    with open_shop(issuer="https://shop.example.com/sign-in/"):
        told = found()["accredit.E006"]
    assert told.msg == 'ACCREDIT: the issuer does not end with "/login/", where the project has included the endpoints'
    assert told.hint == 'set issuer = "https://shop.example.com/login/"'


def test_a_proxy_may_put_something_in_front_of_the_path() -> None:
    with open_shop(issuer="https://example.com/shop/login/"):
        assert found() == {}


def test_endpoints_that_nobody_has_included_are_told() -> None:
    assert set(found(ROOT_URLCONF="core.tests.contrib.django.elsewhere_urls")) == {"accredit.W006"}


def test_manage_py_check_fails_with_it() -> None:
    with override_settings(ACCREDIT={}), pytest.raises(CommandError, match=r"accredit\.E001"):
        call_command("check", stderr=io.StringIO())


@pytest.mark.parametrize("needed", ["django.contrib.auth", "django.contrib.contenttypes"])
def test_the_apps_of_the_users_are_needed(monkeypatch: pytest.MonkeyPatch, needed: str) -> None:
    monkeypatch.setattr("django.apps.apps.is_installed", lambda name: name != needed)
    told = found()["accredit.E003"]
    assert told.hint == f'add "{needed}"'


def test_rest_framework_asks_the_first_class_for_the_header() -> None:
    ours = "accredit.contrib.django.drf.AccessTokenAuthentication"
    session = "rest_framework.authentication.SessionAuthentication"
    assert found(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [ours, session]}) == {}
    assert set(found(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [session, ours]})) == {"accredit.W001"}


def test_what_is_only_for_production_is_not_told_before() -> None:
    with open_shop(issuer="http://localhost/login/"):
        assert found() == {}
        assert "accredit.W002" in deployed()


def test_an_issuer_of_https_is_passed() -> None:
    assert deployed() == {}


@pytest.mark.parametrize("name", ["MEDIA_ROOT", "STATIC_ROOT", "STATICFILES_DIRS"])
def test_keys_that_a_web_server_gives_away_are_an_error(tmp_path: Path, name: str) -> None:
    folder = [("prefix", tmp_path)] if name == "STATICFILES_DIRS" else tmp_path
    with without_keys(tmp_path / "keys.json"):
        told = deployed(**{name: folder})
    with without_keys(tmp_path.parent / "keys.json"):
        assert deployed(**{name: folder}) == {}
    assert set(told) == {"accredit.E004"}
    assert name in told["accredit.E004"].msg


def test_keys_in_the_projects_folder_are_told(tmp_path: Path) -> None:
    with without_keys(tmp_path / "project" / "keys.json"):
        assert set(deployed(BASE_DIR=tmp_path / "project")) == {"accredit.W003"}
        assert deployed(BASE_DIR=tmp_path / "elsewhere") == {}


def test_keys_that_the_project_brings_have_no_file(tmp_path: Path) -> None:
    assert deployed(BASE_DIR="/", MEDIA_ROOT="/") == {}


def test_sqlite_is_told_how_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "accredit.W004" in found(deploy=True)
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", FILE)
    assert found(deploy=True) == {}


def test_another_database_waits_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "postgresql")
    assert found(deploy=True) == {}


def test_a_database_that_is_not_asked_for_is_left_alone() -> None:
    assert check_migrations(None, databases=[]) == []


def test_events_that_go_nowhere_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("accredit")
    level = log.level
    monkeypatch.setattr(log, "propagate", False)
    with override_settings(ACCREDIT=without("logger")):
        assert set(deployed()) == {"accredit.W005"}
        monkeypatch.setattr(log, "handlers", [logging.NullHandler()])
        log.setLevel(logging.INFO)
        try:
            assert deployed() == {}
        finally:
            log.setLevel(level)


def test_of_settings_that_cannot_be_read_nothing_else_is_told() -> None:
    assert set(found(deploy=True, ACCREDIT={})) == {"accredit.E001"}


@pytest.mark.usefixtures("db")
def test_tables_that_are_not_up_to_date_are_an_error() -> None:
    assert pending() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accredit'")
    [told] = pending()
    assert (told.id, told.hint) == ("accredit.E005", "run manage.py migrate accredit")


def pending() -> list[CheckMessage]:
    found = run_checks(tags=["database"], databases=["default"], include_deployment_checks=True)
    return [one for one in found if str(one.id).startswith("accredit.")]


def without_keys(path: Path) -> Any:
    return override_settings(ACCREDIT={**without("keys"), "keys": {"path": path}})


def without(part: str) -> dict[str, Any]:
    settings = Shop().settings()
    return {**settings, "parts": {name: one for name, one in settings["parts"].items() if name != part}}


@pytest.mark.parametrize(
    ("proxy", "codes"),
    [
        ("http://user:password@proxy.example.com:3128", {"accredit.W008"}),
        ("http://proxy.example.com:3128", set()),
        ("direct", set()),
    ],
)
def test_a_proxys_password_that_error_reports_would_show_is_told(proxy: str, codes: set[str]) -> None:
    with open_shop(proxy=proxy):
        told = deployed()
    assert set(told) == codes
    assert "user:password" not in str(told)
