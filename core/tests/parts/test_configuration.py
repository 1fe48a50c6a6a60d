from pathlib import Path

import pytest

from accredit.configuration import load_settings
from accredit.errors import ConfigurationError

MINIMAL = 'issuer = "https://login.example.com/"\n'


def written(folder: Path, toml: str) -> Path:
    file = folder / "accredit.toml"
    file.write_text(toml, "utf-8")
    return file


def refusal(path: Path | None = None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(path, environ or {})
    return str(refused.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, MINIMAL + '[clients.App]\nconnections = ["acme"]\n'), {})
    assert settings.issuer == "https://login.example.com/"
    assert settings.clients["App"].connections == ("acme",)


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    named = {"ACCREDIT_CONFIG": str(written(tmp_path, MINIMAL))}
    assert load_settings(environ=named).issuer == "https://login.example.com/"


def test_a_path_given_wins_over_the_one_in_the_environment(tmp_path: Path) -> None:
    named = {"ACCREDIT_CONFIG": str(tmp_path / "missing.toml")}
    assert load_settings(written(tmp_path, MINIMAL), named).issuer == "https://login.example.com/"


def test_the_environment_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCREDIT_CONFIG", raising=False)
    monkeypatch.setenv("ACCREDIT_ISSUER", "https://login.example.com/")
    assert load_settings().issuer == "https://login.example.com/"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert refusal(missing) == f"cannot read {missing}: No such file or directory"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"cannot read {tmp_path}: Is a directory"


def test_broken_toml_is_named_with_its_place_and_without_its_text(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL + "app_secret = hunter2\n")
    message = refusal(file)
    assert message.startswith(f"{file} is not valid TOML: ")
    assert "line 2" in message
    assert "hunter2" not in message


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "accredit.toml"
    file.write_bytes(b'issuer = "\xff\xfe"')
    assert refusal(file).startswith(f"{file} is not valid TOML: ")


def test_the_environment_overrides_the_file_whatever_its_case(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL + "[tokens]\naccess_ttl_s = 60\nid_ttl_s = 60\n")
    settings = load_settings(file, {"ACCREDIT_TOKENS__ACCESS_TTL_S": "120", "accredit_limits__max_body_bytes": "9"})
    assert (settings.tokens.access_ttl_s, settings.tokens.id_ttl_s, settings.limits.max_body_bytes) == (120, 60, 9)


def test_an_underscore_stands_for_the_hyphen_of_a_name_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL + '[connections.Google-OAuth2]\nclient_ids = ["a"]\n')
    settings = load_settings(file, {"ACCREDIT_CONNECTIONS__GOOGLE_OAUTH2__CLIENT_IDS": "b,c"})
    assert settings.connections == {"Google-OAuth2": {"client_ids": "b,c"}}


def test_a_connection_or_client_made_by_the_environment_gets_hyphens_and_its_settings_do_not() -> None:
    environ = {
        "ACCREDIT_ISSUER": "https://login.example.com/",
        "ACCREDIT_CONNECTIONS__GOOGLE_OAUTH2__CLIENT_IDS": "a",
        "ACCREDIT_CLIENTS__MY_APP__ALLOWED_ORIGINS": "https://a.example.com, https://b.example.com",
    }
    settings = load_settings(environ=environ)
    assert settings.connections == {"google-oauth2": {"client_ids": "a"}}
    assert settings.clients["my-app"].allowed_origins == ("https://a.example.com", "https://b.example.com")


def test_digits_stay_text(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL)
    settings = load_settings(file, {"ACCREDIT_CONNECTIONS__ACME__APP_ID": "00123"})
    assert settings.connections["acme"]["app_id"] == "00123"


def test_other_programs_variables_are_left_alone(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, MINIMAL), {"ACCREDITATION": "1", "PATH": "x", "XACCREDIT_ISSUER": "y"})
    assert settings.issuer == "https://login.example.com/"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"ACCREDIT_ISSUER__X": "1"},
            "environment variable ACCREDIT_ISSUER__X: issuer is not a table",
        ),
        (
            {"ACCREDIT_CLIENTS__A": "1", "ACCREDIT_CLIENTS__A__CONNECTIONS": "1"},
            "environment variable ACCREDIT_CLIENTS__A__CONNECTIONS: clients.a is not a table",
        ),
        (
            {"ACCREDIT_TOKENS": "hunter2"},
            "setting tokens: Input should be a valid dictionary or instance of TokenSettings",
        ),
        ({"ACCREDIT_ISUER": "hunter2"}, "setting isuer: Extra inputs are not permitted"),
        ({"ACCREDIT_": "hunter2"}, "setting : Extra inputs are not permitted"),
        ({"ACCREDIT_AUTHORIZATION": "hunter2"}, "setting authorization: Input should be 'ignore' or 'required'"),
        (
            {"ACCREDIT_TOKENS__ACCESS_TTL_S": "hunter2"},
            "setting tokens.access_ttl_s: Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            {"ACCREDIT_ISSUER": "https://user:hunter2@login.example.com/"},
            "setting issuer: Value error, must be a plain URL: scheme, host and path",
        ),
    ],
)
def test_a_wrong_value_is_named_and_never_quoted(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    assert refusal(written(tmp_path, MINIMAL), environ) == message


def test_every_problem_is_named_at_once() -> None:
    message = refusal(environ={"ACCREDIT_TOKENS__ID_TTL_S": "0"})
    assert message == "setting issuer: Field required; setting tokens.id_ttl_s: Input should be greater than 0"
