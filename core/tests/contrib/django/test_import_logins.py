"""`manage.py accredit import`: the tables of another package in Django's own database."""

import io
import json
from typing import Any

import pytest
from core.tests.contrib.django.visitors import make_user
from django.core.management import CommandError, call_command
from django.db import connection

from accredit.contrib.django.host import exchange
from accredit.contrib.django.models import Identity
from accredit.importers import ClientTable, Report

pytestmark = pytest.mark.usefixtures("shop")
SOURCE = "social-auth-app-django"


@pytest.fixture
def ada(shop: object) -> Any:
    """Return somebody who has logged in by social-auth-app-django."""
    user = make_user("ada")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE social_auth_usersocialauth "
            "(id integer, provider varchar(32), uid varchar(255), user_id integer, extra_data text)"
        )
        for row in ((1, "acme", "4711", user.pk, "{}"), (2, "acme", "ada@example.com", user.pk, "{}")):
            cursor.execute("INSERT INTO social_auth_usersocialauth VALUES (%s, %s, %s, %s, %s)", row)
    return user


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("accredit", "import", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("way", [(), ("--dry-run",)])
def test_without_being_told_to_write_it_only_says_what_would_be_entered(ada: Any, way: tuple[str, ...]) -> None:
    told = said(SOURCE, "--connection", "acme=acme", "--same-app", "acme", *way)
    assert "would be entered: 1; --write does it" in told
    assert "left out" in told
    assert not Identity.objects.exists()


def test_what_is_entered_logs_in_its_user(ada: Any) -> None:
    told = said(SOURCE, "--connection", "acme=acme", "--same-app", "acme", "--write")
    assert "entered: 1" in told
    assert Identity.objects.get().user == ada
    assert exchange().subjects.subject_of("acme", "4711") == str(ada.pk)
    assert "entered: 0" in said(SOURCE, "--connection", "acme=acme", "--same-app", "acme", "--write")


def test_notes_and_clients_to_make_are_told(ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def enter(*_: object, **__: object) -> Report:
        client = ClientTable("old-app", '[clients.old-app]\nconnections = ["acme"]')
        return Report(source=SOURCE, written=False, entries=(), clients=(client,), notes=("all count as active",))

    monkeypatch.setattr("accredit.contrib.django.import_logins.enter", enter)
    told = said(SOURCE)
    assert "note: all count as active" in told
    assert "[clients.old-app]" in told


def test_programs_get_json(ada: Any) -> None:
    told = json.loads(said(SOURCE, "--connection", "acme=acme", "--same-app", "acme", "--json"))
    assert (told["written"], told["changes"]) == (False, 1)
    assert "social_auth_usersocialauth 2" in {one["row"] for one in told["left_out"]}


def test_no_address_and_no_id_is_told(ada: Any) -> None:
    told = said(SOURCE, "--connection", "acme=acme", "--same-app", "acme")
    assert "ada@example.com" not in told
    assert "4711" not in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("django-allauth",), "there is no table 'socialaccount_socialtoken'"),
        ((SOURCE, "--connection", "acme=nosuch"), "there is no connection 'nosuch'"),
        ((SOURCE, "--connection", "acme"), "write it as NAME=VALUE"),
        ((SOURCE, "--database", "old"), "there is no database 'old'; there is: default"),
        (("nosuch",), "invalid choice"),
    ],
)
def test_what_must_be_changed_is_told(ada: Any, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        said(*arguments)
