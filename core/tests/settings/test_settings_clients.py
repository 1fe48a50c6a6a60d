"""What an operator says about a client: whatever could never match a request is refused, with its place."""

from typing import Any

import pytest

from accredit import ConfigurationError, Settings
from accredit.settings import GRANT_TYPES


def settings(client: dict[str, Any], name: str = "app", **others: Any) -> Settings:
    tables = {
        "issuer": "https://login.example.com/",
        "connections": {"facebook": {}, "google-oauth2": {"enabled": False}},
        "clients": {name: client},
    }
    return Settings.model_validate(tables | others)


def refusal(client: dict[str, Any], name: str = "app", **others: Any) -> str:
    with pytest.raises(ConfigurationError) as refused:
        settings(client, name, **others)
    return str(refused.value)


@pytest.mark.threat(58)
def test_a_client_lists_configured_connections_only() -> None:
    listed = ["facebook", "google-oauth2"]
    assert settings({"connections": listed}).clients["app"].connections == tuple(listed)
    problem = "names a connection that is not configured (configured: facebook, google-oauth2)"
    assert refusal({"connections": ["facebook", "facebok"]}) == f"setting clients.app.connections.1: {problem}"
    assert refusal({"connections": ["Facebook"]}) == f"setting clients.app.connections.0: {problem}"
    assert refusal({"connections": ["facebook"]}, connections={}).endswith("is not configured (configured: none)")


def test_every_connection_that_is_not_configured_is_named_at_once() -> None:
    message = refusal({"connections": ["x", "facebook", "y"]})
    assert [part.partition(": ")[0] for part in message.split("; ")] == [
        "setting clients.app.connections.0",
        "setting clients.app.connections.2",
    ]


@pytest.mark.threat(58)
@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("refresh-token", "refresh_token"),
        ("Refresh_Token", "refresh_token"),
        ("client_credential", "client_credentials"),
        ("https://auth0.com/oauth/legacy/grant-type/access_token", GRANT_TYPES[0]),
        ("urn:ietf:params:oauth:grant-type:token_exchange", GRANT_TYPES[1]),
        ("x", ", ".join(GRANT_TYPES)),
    ],
)
def test_a_misspelt_grant_type_is_refused_with_the_one_that_was_meant(value: str, meant: str) -> None:
    assert settings({"grant_types": list(GRANT_TYPES)}).clients["app"].grant_types == GRANT_TYPES
    assert settings({"grant_types": []}).clients["app"].grant_types == ()
    problem = f"setting clients.app.grant_types.0: is no grant type; did you mean {meant}?"
    assert refusal({"grant_types": [value]}) == problem


@pytest.mark.threat(58)
@pytest.mark.parametrize("scope", ["", "read orders", 'read"orders', "read\\orders", "read\torders", "läsa", "read\n"])
def test_what_is_no_scope_is_refused(scope: str) -> None:
    assert settings({"scopes": ["read:orders", "!#[]~"]}).clients["app"].scopes == ("read:orders", "!#[]~")
    assert refusal({"scopes": ["read:orders", scope]}).startswith("setting clients.app.scopes.1: ")


@pytest.mark.parametrize("audience", ["", " x", "x\n", "a" * 1025])
def test_an_audience_that_no_request_can_name_is_refused(audience: str) -> None:
    assert settings({"audiences": ["https://api.example.com/", "a" * 1024]}).clients["app"].audiences
    assert refusal({"audiences": [audience]}).startswith("setting clients.app.audiences.0: ")


ORIGINS = [
    "https://app.example.com",
    "https://app.example.com:8443",
    "http://localhost:3000",
    "http://127.0.0.1:5173",
    "http://[::1]:5173",
    "http://localhost",
    "https://example.com.",
    "https://xn--bcher-kva.example",
    "https://a_b.example.com",
    "https://1and1.com",
    "capacitor://localhost",
    "chrome-extension://abcdefghijklmnop",
    "http://app.example.com:443",
]


@pytest.mark.parametrize("origin", ORIGINS)
def test_an_origin_is_kept_as_browsers_send_it(origin: str) -> None:
    assert settings({"allowed_origins": [origin]}).clients["app"].allowed_origins == (origin,)


@pytest.mark.threat(58)
@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "null",
        "app.example.com",
        "https://",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/login",
        "https://app.example.com?x",
        "https://app.example.com#x",
        "https://App.example.com",
        "HTTPS://app.example.com",
        "https://app.example.com:443",
        "http://localhost:80",
        "https://app.example.com:0",
        "https://app.example.com:08443",
        "https://app.example.com:65536",
        "https://app.example.com:",
        "https://user@app.example.com",
        "https://bücher.example",
        "https://app..example.com",
        "https://127.1",
        "https://010.0.0.1",
        "https://0x7f.1",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::1",
        "http://[x]",
        " https://app.example.com",
        "https://app.example.com\n",
        "https://app example.com",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    assert refusal({"allowed_origins": [ORIGINS[0], origin]}).startswith("setting clients.app.allowed_origins.1: ")


def test_an_origin_whose_name_is_not_in_ascii_is_told_how_browsers_write_it() -> None:
    assert refusal({"allowed_origins": ["https://b\u00fccher.example"]}) == (
        "setting clients.app.allowed_origins.0: must be ASCII, as browsers send it: a name with other letters is "
        "written xn--…, such as https://xn--bcher-kva.example"
    )


@pytest.mark.parametrize("name", ["my-app", "My App", "é", "a" * 256])
def test_a_client_id_is_any_text_that_a_request_can_hold(name: str) -> None:
    assert name in settings({}, name).clients


@pytest.mark.threat(58)
@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("", "clients."),
        ("app ", "clients.'app '"),
        ("app\n", "clients.'app\\n'"),
        ("a\u200bpp", "clients.'a\\u200bpp'"),
        ("a" * 257, f"clients.{'a' * 257}"),
    ],
)
def test_a_client_id_that_no_request_can_hold_is_refused_in_one_line(name: str, place: str) -> None:
    message = refusal({}, name)
    assert message.startswith(f"setting {place}: ")
    assert "\n" not in message


@pytest.mark.threat(58)
@pytest.mark.parametrize("name", ["", "facebook ", "face\tbook", "a" * 257])
def test_a_connection_name_that_no_request_can_hold_is_refused(name: str) -> None:
    assert refusal({}, connections={name: {}}).startswith("setting connections.")


@pytest.mark.parametrize("path", ["", "keys.json ", "keys\n.json"])
def test_a_path_that_is_empty_or_unclean_is_refused(path: str) -> None:
    assert refusal({"jwks_path": path}).startswith("setting clients.app.jwks_path: ")
    assert refusal({}, keys={"path": path}).startswith("setting keys.path: ")


@pytest.mark.parametrize(
    ("client", "message"),
    [
        ({"scope": []}, "setting clients.app.scope: there is no such setting; did you mean clients.app.scopes?"),
        ({"allow_origins": []}, "setting clients.app.allow_origins: there is no such setting; "),
        ({"zzzz": []}, "setting clients.app.zzzz: there is no such setting"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(client: dict[str, Any], message: str) -> None:
    assert refusal(client).startswith(message)


def test_an_unknown_name_of_one_table_is_not_taken_for_that_of_a_client() -> None:
    # A setting of connections, put into [limits].
    assert refusal({}, limits={"max_in_flight": 5}) == "setting limits.max_in_flight: there is no such setting"


@pytest.mark.parametrize("path", ["", "metrics", "/metrics of ours", "/metrics?all", "/métriques"])
def test_a_path_of_metrics_that_nobody_can_ask_for_is_refused(path: str) -> None:
    assert settings({}, metrics={"path": "/internal/metrics"}).metrics.path == "/internal/metrics"
    problem = "setting metrics.path: must begin with a slash and be ASCII, without blanks, ? and #"
    assert refusal({}, metrics={"path": path}) == problem
