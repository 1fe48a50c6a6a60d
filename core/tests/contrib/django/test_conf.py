"""The setting `ACCREDIT`, as a dictionary and under the environment."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from accredit.contrib.django.conf import DEFAULT_USERS, DjangoSettings, read_settings, under_environment

ISSUER = {"issuer": "https://shop.example.com/login/"}


def read(environ: dict[str, str] | None = None, **tables: Any) -> DjangoSettings:
    with override_settings(ACCREDIT={**ISSUER, **tables}):
        return read_settings(environ or {})


def complaint(environ: dict[str, str] | None = None, **tables: Any) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        read(environ, **tables)
    return str(caught.value)


def test_tables_of_the_settings_file_stand_there_as_dictionaries() -> None:
    settings = read(
        connections={"facebook": {"app_id": "1", "app_secret": "s3cret"}},
        clients={"my-app": {"connections": ("facebook",)}},
        tokens={"access_ttl_s": 60},
    ).accredit
    assert settings.issuer == "https://shop.example.com/login/"
    assert settings.clients["my-app"].connections == ("facebook",)
    assert settings.tokens.access_ttl_s == 60


def test_without_users_of_the_projects_own_there_are_ours() -> None:
    assert read().users == DEFAULT_USERS
    assert read(users="shop.accounts.ShopUsers").users == "shop.accounts.ShopUsers"


def test_users_that_are_no_import_path_are_refused() -> None:
    assert complaint(users=object) == 'ACCREDIT: users must be an import path, such as "shop.accounts.ShopUsers"'


def test_objects_for_the_exchange_are_taken_as_they_are() -> None:
    plugin = object()
    assert read().parts == {}
    assert read(parts={"plugins": [plugin]}).parts == {"plugins": [plugin]}


@pytest.mark.parametrize("parts", [{"storage": object()}, ["plugins"]])
def test_parts_that_an_exchange_does_not_take_here_are_refused(parts: object) -> None:
    assert complaint(parts=parts) == (
        "ACCREDIT: parts must be a dictionary of objects for the exchange: "
        "plugins, transport, keys, clock, monotonic, logger"
    )


def test_the_environment_comes_on_top() -> None:
    environ = {"ACCREDIT_TOKENS__ACCESS_TTL_S": "90", "ACCREDIT_CLIENTS__MY_APP__CONNECTIONS": "facebook"}
    settings = read(environ, clients={"my-app": {"connections": []}}, connections={"facebook": {}}).accredit
    assert (settings.tokens.access_ttl_s, settings.clients["my-app"].connections) == (90, ("facebook",))


def test_so_do_secrets_in_files(tmp_path: Path) -> None:
    secret = tmp_path / "ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET"
    secret.write_text("hunter2\n", "utf-8")
    environ = {"ACCREDIT_SECRETS": str(tmp_path)}
    assert read(environ).accredit.connections["facebook"]["app_secret"] == "hunter2"
    secret.write_bytes(b"hunter2\xff")
    assert complaint(environ) == f"ACCREDIT: {secret} is not text in UTF-8"


def test_the_setting_itself_is_left_as_it_is() -> None:
    tokens = {"access_ttl_s": 60}
    read({"ACCREDIT_TOKENS__ACCESS_TTL_S": "90"}, tokens=tokens)
    assert tokens == {"access_ttl_s": 60}


def test_a_project_without_the_setting_is_told_what_to_add() -> None:
    with override_settings(), pytest.raises(ImproperlyConfigured, match="ACCREDIT is missing in the settings: add"):
        read_settings({})


def test_a_test_may_leave_the_environment_aside() -> None:
    environ = {"ACCREDIT_TOKENS__ACCESS_TTL_S": "90"}
    assert read(environ, tokens={"access_ttl_s": 60}, environment=False).accredit.tokens.access_ttl_s == 60
    with override_settings(ACCREDIT=ISSUER):
        laid_over = under_environment(environ)
    assert laid_over == {**ISSUER, "tokens": {"access_ttl_s": "90"}, "environment": False}


def test_a_variable_below_a_value_is_told() -> None:
    assert "is not a table" in complaint({"ACCREDIT_TOKENS__LEEWAY_S": "1"}, tokens=1)


def test_every_mistake_is_told_by_its_place_and_without_its_value() -> None:
    told = complaint(tokens={"access_ttl_s": "s3cret"})
    assert told.startswith("ACCREDIT: setting tokens.access_ttl_s: ")
    assert "s3cret" not in told
    told = complaint({"ACCREDIT_TOKNS__LEEWAY_S": "1"})
    assert "did you mean ACCREDIT_TOKENS__LEEWAY_S?" in told


@pytest.mark.parametrize(
    ("environ", "tables"),
    [({}, {"storage": {"url": "memory://"}}), ({"ACCREDIT_STORAGE__URL": "memory://"}, {})],
)
def test_a_storage_beside_djangos_database_is_refused(environ: dict[str, str], tables: dict[str, Any]) -> None:
    assert complaint(environ, **tables) == (
        "ACCREDIT: setting storage: Django's database keeps everything; leave it out"
    )


def test_paths_begin_at_the_projects_folder(tmp_path: Path) -> None:
    with override_settings(BASE_DIR=tmp_path):
        assert read().accredit.keys.path == str(tmp_path / "accredit-keys.json")
        assert read(keys={"path": Path("private") / "keys.json"}).accredit.keys.path == str(
            tmp_path / "private" / "keys.json"
        )


def test_without_a_projects_folder_paths_begin_where_the_process_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read().accredit.keys.path == str(tmp_path / "accredit-keys.json")
