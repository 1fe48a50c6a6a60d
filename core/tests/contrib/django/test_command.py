"""`manage.py accredit`."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from core.tests.contrib.django.shop import open_shop
from core.tests.contrib.django.visitors import make_user, token_of
from django.core.management import CommandError, ManagementUtility, call_command
from django.test import override_settings

from accredit.contrib.django.host import exchange
from accredit.contrib.django.models import RefreshToken, Session, UsedOnce

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path) -> Iterator[None]:
    with open_shop(keys={"path": str(tmp_path / "keys.json")}):
        yield


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("accredit", *arguments, stdout=out)
    return out.getvalue()


def test_subjects_are_those_of_djangos_database() -> None:
    ada = make_user("ada")
    token_of(ada)
    assert str(ada.pk) in said("subjects", "show", str(ada.pk))
    said("subjects", "block", str(ada.pk))
    assert exchange().subjects.is_blocked(str(ada.pk))


def test_a_command_takes_options_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        said("doctor", "--offline", "--json")
    assert caught.value.code == 1  # acme is installed in this process only
    out = capsys.readouterr().out or "{}"
    assert "counts" in json.loads(out) or out == "{}"


def test_its_output_goes_where_call_command_says() -> None:
    assert "app" in said("clients")


def test_each_command_has_a_help_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    text = said("keys", "rotate", "--help")
    assert "manage.py accredit keys rotate" in text
    assert "--config" not in text


def test_the_command_line_is_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ManagementUtility(["manage.py", "accredit", "clients"]).execute()
    assert "app" in capsys.readouterr().out


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ManagementUtility(["manage.py", "accredit", "--help"]).execute()
    text = capsys.readouterr().out
    for name in ("doctor", "explain", "keys", "clear", "subjects"):
        assert name in text


def test_settings_that_cannot_be_are_told_by_the_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(ACCREDIT={"issuer": "http://shop.example.com/"}), pytest.raises(SystemExit):
        call_command("accredit", "doctor", "--offline")
    assert "setting issuer" in capsys.readouterr().out


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typer", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "typer" else object())
    with pytest.raises(CommandError, match=r'manage\.py accredit needs typer: pip install "accredit\[cli\]"'):
        said("clients")


def test_what_has_expired_is_deleted_in_batches() -> None:
    ada = make_user("ada")
    for _ in range(5):
        token_of(ada, "openid offline_access")
    Session.objects.filter(pk__in=list(Session.objects.values_list("pk", flat=True)[:3])).update(kept_until=1)
    UsedOnce.objects.create(identifier="old", expires_at=1)
    UsedOnce.objects.create(identifier="new", expires_at=2**40)
    assert said("clear", "--batch", "2") == "4 expired sessions and identifiers deleted\n"
    assert (Session.objects.count(), RefreshToken.objects.count()) == (2, 2)
    assert set(UsedOnce.objects.values_list("identifier", flat=True)) & {"old", "new"} == {"new"}
    assert said("clear").startswith("0 ")


@pytest.mark.parametrize("batch", ["0", "many"])
def test_a_batch_has_rows(batch: str) -> None:
    with pytest.raises(CommandError, match="must be a whole number above 0"):
        said("clear", "--batch", batch)


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        said("dance")
