from pathlib import Path

import pytest

from accredit import Exchange
from accredit.errors import ConfigurationError
from accredit.settings.load import load_settings

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
    settings = load_settings(
        written(tmp_path, MINIMAL + '[connections.acme]\n[clients.App]\nconnections = ["acme"]\n'), {}
    )
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
    inside = tmp_path / "accredit.toml"
    assert refusal(tmp_path) == f"{tmp_path} is a folder: name the settings file in it, such as {inside}"


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
        (
            {"ACCREDIT_ISUER": "hunter2"},
            "environment variable ACCREDIT_ISUER: there is no such setting; did you mean ACCREDIT_ISSUER?",
        ),
        ({"ACCREDIT_": "hunter2"}, "environment variable ACCREDIT_: there is no such setting"),
        ({"ACCREDIT_AUTHORIZATION": "hunter2"}, "setting authorization: Input should be 'ignore' or 'required'"),
        (
            {"ACCREDIT_TOKENS__ACCESS_TTL_S": "hunter2"},
            "setting tokens.access_ttl_s: Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            {"ACCREDIT_ISSUER": "https://user:hunter2@login.example.com/"},
            "setting issuer: must be a plain URL: scheme, host and path",
        ),
    ],
)
def test_a_wrong_value_is_named_and_never_quoted(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    assert refusal(written(tmp_path, MINIMAL), environ) == message


def test_every_problem_is_named_at_once() -> None:
    message = refusal(environ={"ACCREDIT_TOKENS__ID_TTL_S": "0"})
    assert message == "setting issuer: Field required; setting tokens.id_ttl_s: Input should be greater than 0"


def test_a_path_may_be_text(tmp_path: Path) -> None:
    assert load_settings(str(written(tmp_path, MINIMAL)), {}).issuer == "https://login.example.com/"


def test_the_mark_that_windows_puts_before_a_file_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "accredit.toml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_settings(file, {}).issuer == "https://login.example.com/"


def test_a_file_that_this_user_may_not_read_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, MINIMAL)

    def forbidden(path: Path) -> bytes:  # whoever runs the tests may be root, to whom nothing is forbidden
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    remedy = "run as the user that owns it, or let this user read it"
    assert refusal(file) == f"cannot read {file}: Permission denied; {remedy}"


KUBERNETES = {
    "ACCREDIT_SERVICE_HOST": "10.96.0.12",
    "ACCREDIT_SERVICE_PORT": "8000",
    "ACCREDIT_SERVICE_PORT_HTTP": "8000",
    "ACCREDIT_SERVICE_PORT_HTTP_METRICS": "9000",
    "ACCREDIT_PORT": "tcp://10.96.0.12:8000",
    "ACCREDIT_PORT_8000_TCP": "tcp://10.96.0.12:8000",
    "ACCREDIT_PORT_8000_TCP_PROTO": "tcp",
    "ACCREDIT_PORT_8000_TCP_PORT": "8000",
    "ACCREDIT_PORT_8000_TCP_ADDR": "10.96.0.12",
    "ACCREDIT_PORT_53_UDP": "udp://10.96.0.12:53",
    "ACCREDIT_X_SERVICE_HOST": "10.96.0.13",
    "ACCREDIT_X_SERVICE_PORT": "8000",
    "ACCREDIT_X_PORT": "tcp://10.96.0.13:8000",
    "ACCREDIT_X_PORT_8000_TCP": "tcp://10.96.0.13:8000",
    "ACCREDIT_X_PORT_8000_TCP_ADDR": "10.96.0.13",
    "ACCREDIT_LOGIN_V2_PORT_8000_TCP_PROTO": "tcp",
}


@pytest.mark.threat(58)
@pytest.mark.parametrize("name", KUBERNETES)
def test_what_kubernetes_puts_into_a_pod_does_not_stop_the_start(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, MINIMAL)
    assert load_settings(file, {name: KUBERNETES[name]}) == load_settings(file, {})


@pytest.mark.threat(58)
@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("ACCREDIT_ISSUERS", "; did you mean ACCREDIT_ISSUER?"),
        ("accredit_isuer", "; did you mean ACCREDIT_ISSUER?"),
        ("ACCREDIT_TOKENS__ACCESS_TTL", "; did you mean ACCREDIT_TOKENS__ACCESS_TTL_S?"),
        ("ACCREDIT_TOKENS_ACCESS_TTL_S", "; did you mean ACCREDIT_TOKENS__ACCESS_TTL_S?"),
        ("ACCREDIT_TOKEN__LEEWAY_S", "; did you mean ACCREDIT_TOKENS__LEEWAY_S?"),
        ("ACCREDIT_KEYS__ENCRYPTION_KEYS", "; did you mean ACCREDIT_KEYS__ENCRYPTION_KEY?"),
        ("ACCREDIT_CLIENTS__MY_APP__SCOPE", "; did you mean ACCREDIT_CLIENTS__MY_APP__SCOPES?"),
        ("ACCREDIT_CLIENT__MY_APP__SCOPES", "; did you mean ACCREDIT_CLIENTS__MY_APP__SCOPES?"),
        ("ACCREDIT_CONFIG_FILE", "; did you mean ACCREDIT_CONFIG?"),
        ("ACCREDIT_CONNECTION__FACEBOOK__APP_SECRET", "; did you mean ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET?"),
        ("ACCREDIT_CLIENT__MY_APP__SCOPE", "; did you mean ACCREDIT_CLIENTS__MY_APP__SCOPES?"),
        ("ACCREDIT_PORT", "; the port is an option: accredit serve --port"),
        ("accredit_host", "; the host is an option: accredit serve --host"),
        ("ACCREDIT_SERVICE", ""),
        ("ACCREDIT__SERVICE_HOST", ""),
        ("ACCREDIT_PORT_HTTP_TCP", ""),
        ("ACCREDIT_FOO", ""),
    ],
)
def test_a_slip_in_a_variable_of_ours_stops_the_start(tmp_path: Path, name: str, suggestion: str) -> None:
    message = refusal(written(tmp_path, MINIMAL), {name: "hunter2"})
    assert message == f"environment variable {name}: there is no such setting{suggestion}"


def test_every_slip_is_told_with_all_other_problems() -> None:
    message = refusal(environ={"ACCREDIT_FOO": "1", "ACCREDIT_BAR": "2"})
    assert message == (
        "environment variable ACCREDIT_BAR: there is no such setting; "
        "environment variable ACCREDIT_FOO: there is no such setting; setting issuer: Field required"
    )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('isuer = "x"\n', "setting isuer: there is no such setting; did you mean issuer?"),
        ("access_ttl_s = 1\n", "setting access_ttl_s: there is no such setting; did you mean tokens.access_ttl_s?"),
        ("[keys]\npaths = 1\n", "setting keys.paths: there is no such setting; did you mean keys.path?"),
        ("[zzzz]\n", "setting zzzz: there is no such setting"),
    ],
)
def test_an_unknown_name_in_the_file_is_told_with_the_nearest_one(tmp_path: Path, toml: str, message: str) -> None:
    assert message in refusal(written(tmp_path, MINIMAL + toml))


RELATIVE = """
[keys]
path = "secret/keys.json"
[storage]
url = "sqlite:///data/accredit.db"
[clients.app]
jwks_path = "app.jwks.json"
[clients.plain]
"""


@pytest.mark.parametrize("named", ["sub/accredit.toml", "./sub/../sub/accredit.toml"])
def test_relative_paths_begin_at_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    written(folder, MINIMAL + RELATIVE)
    monkeypatch.chdir(tmp_path)
    settings = load_settings(named, {})
    monkeypatch.chdir("/")
    assert Path(settings.keys.path).resolve() == folder / "secret/keys.json"
    assert settings.storage.path is not None
    assert settings.storage.path.resolve() == folder / "data/accredit.db"
    assert Path(settings.clients["app"].jwks_path or "").resolve() == folder / "app.jwks.json"
    assert settings.clients["plain"].jwks_path is None


def test_so_do_default_paths_and_those_of_the_environment(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, MINIMAL), {"ACCREDIT_STORAGE__URL": "sqlite:///a.db"})
    assert settings.keys.path == str(tmp_path / "accredit-keys.json")
    assert settings.storage.url == f"sqlite:///{tmp_path / 'a.db'}"


def test_absolute_paths_and_memory_stay_as_they_are(tmp_path: Path) -> None:
    written_paths = '[keys]\npath = "/run/keys.json"\n[storage]\nurl = "sqlite:////run/a.db"\n'
    settings = load_settings(written(tmp_path, MINIMAL + written_paths), {})
    assert (settings.keys.path, settings.storage.url) == ("/run/keys.json", "sqlite:////run/a.db")
    settings = load_settings(written(tmp_path, MINIMAL + '[storage]\nurl = "memory://"\n'), {})
    assert (settings.storage.url, settings.storage.path) == ("memory://", None)


def test_without_a_file_relative_paths_begin_at_the_working_directory() -> None:
    settings = load_settings(environ={"ACCREDIT_ISSUER": "https://login.example.com/"})
    assert (settings.keys.path, settings.storage.url) == ("accredit-keys.json", "sqlite:///accredit.db")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_the_same_settings_file_leads_to_the_same_keys_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, MINIMAL + '[tokens]\nsigning_alg = "ES256"\n')
    kids = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        async with Exchange(load_settings(file, {})) as exchange:
            kids.add(exchange.engine.keys.current.kid)
        assert names(tmp_path / name) == set()
    assert len(kids) == 1
    assert {"accredit-keys.json", "accredit.db"} <= names(tmp_path)
