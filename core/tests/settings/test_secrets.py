"""Values that stand in files, one each: `ACCREDIT_SECRETS` names their folder."""

import os
from pathlib import Path

import pytest

from accredit.errors import ConfigurationError
from accredit.settings.load import load_settings, settings_from

SECRET = "ACCREDIT_CONNECTIONS__ACME__APP_SECRET"
ISSUER = "https://login.example.com/"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / SECRET).write_text("hunter2-of-acme\n", "utf-8")
    return folder


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {"ACCREDIT_ISSUER": ISSUER, "ACCREDIT_SECRETS": str(folder), **more}


def refusal(folder: Path, **more: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(environ=environ(folder, **more))
    return str(refused.value)


def test_each_file_is_the_value_of_the_variable_it_is_called_like(secrets: Path) -> None:
    (secrets / "accredit_tokens__id_ttl_s").write_text("60", "utf-8")
    settings = load_settings(environ=environ(secrets))
    assert dict(settings.connections["acme"]) == {"app_secret": "hunter2-of-acme"}
    assert settings.tokens.id_ttl_s == 60


def test_tables_in_a_program_have_them_too(secrets: Path) -> None:
    settings = settings_from({"issuer": ISSUER}, folder=secrets, environ={"ACCREDIT_SECRETS": str(secrets)})
    assert dict(settings.connections["acme"]) == {"app_secret": "hunter2-of-acme"}


def test_they_win_over_the_settings_file_as_the_environment_does(secrets: Path, tmp_path: Path) -> None:
    file = tmp_path / "accredit.toml"
    file.write_text(f'issuer = "{ISSUER}"\n[connections.acme]\napp_id = "1"\napp_secret = "old"\n', "utf-8")
    settings = load_settings(file, {"ACCREDIT_SECRETS": str(secrets)})
    assert dict(settings.connections["acme"]) == {"app_id": "1", "app_secret": "hunter2-of-acme"}


@pytest.mark.parametrize(
    ("written", "value"),
    [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("a", "a"), ("ä", "ä")],
)
def test_one_line_break_at_the_end_is_not_part_of_it(written: str, value: str, secrets: Path) -> None:
    (secrets / SECRET).write_bytes(written.encode())
    assert load_settings(environ=environ(secrets)).connections["acme"]["app_secret"] == value


def test_what_is_called_otherwise_is_left_alone(secrets: Path) -> None:
    (secrets / "postgres-password").write_bytes(b"\xff")
    (secrets / "..data").mkdir()
    assert load_settings(environ=environ(secrets)).issuer == ISSUER


def test_without_a_folder_nothing_is_read(secrets: Path) -> None:
    assert load_settings(environ=environ(secrets) | {"ACCREDIT_SECRETS": ""}).connections == {}


def test_a_value_that_the_environment_has_too_is_refused(secrets: Path) -> None:
    message = refusal(secrets, **{SECRET.lower(): "another-of-acme"})
    assert message == f"{SECRET} is set by the environment, and by a file in {secrets}: remove one of them"


def test_a_slip_in_a_name_is_told_as_one_in_a_variable_is(secrets: Path) -> None:
    (secrets / "ACCREDIT_TOKEN__ID_TTL_S").write_text("4711-hunter2", "utf-8")
    message = refusal(secrets)
    assert message.endswith("did you mean ACCREDIT_TOKENS__ID_TTL_S?")
    assert "hunter2" not in message


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    told = f"cannot read {missing}, the folder that ACCREDIT_SECRETS names: No such file or directory"
    assert refusal(missing) == told


def test_a_file_in_its_place_is_named(secrets: Path) -> None:
    assert refusal(secrets / SECRET).endswith("the folder that ACCREDIT_SECRETS names: Not a directory")


@pytest.mark.parametrize("name", ["ACCREDIT_CONFIG", "accredit_secrets"])
def test_where_settings_are_is_said_by_the_environment_alone(name: str, secrets: Path) -> None:
    (secrets / name).write_text("elsewhere", "utf-8")
    assert refusal(secrets) == f"{secrets / name} has no effect: {name.upper()} is read from the environment alone"


def test_a_folder_in_the_place_of_a_file_is_named(secrets: Path) -> None:
    (secrets / "ACCREDIT_STORAGE__URL").mkdir()
    assert refusal(secrets) == f"cannot read {secrets / 'ACCREDIT_STORAGE__URL'}: Is a directory"


def test_what_is_too_long_is_refused_without_its_text(secrets: Path) -> None:
    (secrets / SECRET).write_text("hunter2" * 10_000, "utf-8")
    assert refusal(secrets) == f"{secrets / SECRET} is longer than 65536 bytes: it must hold one value"


def test_what_is_no_text_is_refused(secrets: Path) -> None:
    (secrets / SECRET).write_bytes(b"hunter2\xff")
    assert refusal(secrets) == f"{secrets / SECRET} is not text in UTF-8"


def test_a_pipe_is_not_waited_for(secrets: Path) -> None:
    os.mkfifo(secrets / "ACCREDIT_STORAGE__URL")
    assert refusal(secrets) == f"cannot read {secrets / 'ACCREDIT_STORAGE__URL'}: it is not a file"
