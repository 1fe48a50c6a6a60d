"""A Django project's own tests: people log in at simulated providers, with the settings of production."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from accredit.contrib.django.host import exchange
from accredit.contrib.django.models import Session
from accredit.contrib.django.testing import simulated

pytestmark = pytest.mark.usefixtures("db")

LOGIN = "/login/oauth/access_token"


@pytest.fixture(autouse=True)
def _production(tmp_path: Path) -> Iterator[None]:
    own = {
        "issuer": "https://shop.example.com/login/",
        "connections": {"facebook": {"app_id": "4711", "app_secret": "of-production"}},
        "clients": {"shop-app": {"connections": ["facebook"], "scopes": ["read:orders"]}},
        "keys": {"path": tmp_path / "keys.json"},
    }
    with override_settings(ACCREDIT=own, BASE_DIR=tmp_path):
        yield
    assert os.listdir(tmp_path) == []


def test_somebody_logs_in_and_is_a_user_of_the_project() -> None:
    with simulated("facebook") as providers:
        login = providers.people.ada.login(client_id="shop-app", scope="openid email offline_access")
        answer = Client().post(LOGIN, login, content_type="application/json")
        assert answer.status_code == 200, answer.content
        caller = exchange().authenticate(answer.json()["access_token"])
    user: Any = get_user_model().objects.get(pk=caller.subject)
    assert user.get_full_name() == "Ada Lovelace"
    assert Session.objects.count() == 1


def test_the_environment_of_a_developer_does_not_come_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET", "of-the-developer")
    monkeypatch.setenv("ACCREDIT_TOKENS__ACCESS_TTL_S", "90")
    with simulated("facebook") as providers:
        login = providers.people.ada.login(client_id="shop-app")
        answer = Client().post(LOGIN, login, content_type="application/json")
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 90)


def test_a_token_of_another_app_is_refused() -> None:
    with simulated("facebook") as providers:
        login = providers.people.ada.login(client_id="shop-app", token="foreign_app")
        assert Client().post(LOGIN, login, content_type="application/json").status_code == 401
    assert not get_user_model().objects.exists()


def test_the_settings_are_the_projects_own_again_after_the_block() -> None:
    before = exchange()
    with simulated("facebook"):
        assert exchange().settings.connections["facebook"]["app_id"] != "4711"
    assert exchange() is not before
    assert exchange().settings.connections["facebook"]["app_id"] == "4711"


@simulated("facebook")
def test_it_decorates_a_test() -> None:
    assert ".invalid" in exchange().settings.connections["facebook"]["graph_url"]
