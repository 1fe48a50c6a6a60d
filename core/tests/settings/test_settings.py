from typing import Any

import pytest
from core.tests.strategies import AcmeSettings
from pydantic import SecretStr, TypeAdapter, ValidationError

from accredit.errors import ConfigurationError
from accredit.settings import (
    AppId,
    AppNumber,
    AppSecret,
    BaseUrl,
    BasicId,
    ClientSettings,
    ConnectionSettings,
    Domain,
    HttpsUrl,
    LimitSettings,
    Settings,
)

HTTPS_URL: TypeAdapter[str] = TypeAdapter(HttpsUrl)
BASE_URL: TypeAdapter[str] = TypeAdapter(BaseUrl)


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example.com",
        "https://login.example.com/",
        "https://login.example.com:8443/tenant/",
        "https://xn--bcher-kva.example/",
        "https://[2001:db8::1]/",
        "http://127.0.0.1:9000",
        "http://127.8.8.8",
        "http://[::1]:9000/x",
        "http://localhost:9000",
        "http://LOCALHOST",
    ],
)
def test_a_plain_url_is_kept_letter_for_letter(url: str) -> None:
    assert HTTPS_URL.validate_python(url) == url


@pytest.mark.threat(36)
@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com/",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://localhost.",
        "http://127.1",
        "http://2130706433",
        "http://[2001:db8::1]",
        "ftp://127.0.0.1",
        "ws://localhost",
        "//127.0.0.1",
        "file://localhost/etc/passwd",
    ],
)
def test_anything_but_https_is_refused_off_loopback(url: str) -> None:
    with pytest.raises(ValidationError, match="must start with https:// \\(http is accepted on loopback only\\)"):
        HTTPS_URL.validate_python(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "login.example.com",
        "https://",
        "https:///path",
        "https://:443/",
        "https://user@login.example.com",
        "https://user:password@login.example.com",
        "https://@login.example.com",
        "https://:@login.example.com",
        "https://login.example.com?tenant=1",
        "https://login.example.com/#top",
        "https://accounts.example.com\\@evil.example",
    ],
)
def test_a_url_with_more_or_less_than_scheme_host_and_path_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be a plain URL: scheme, host and path"):
        HTTPS_URL.validate_python(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example.com:99999/",
        "https://login.example.com:port/",
        "https://login.example.com?",
        "https://login.example.com/#",
        "https://login example.com/",
        "https://login.example.com/\n",
        " https://login.example.com/",
        "https://login.\texample.com/",
        "https://login..example.com/",
        f"https://{'a' * 64}.example.com/",
        "https://[::1/",
    ],
)
def test_a_url_that_no_request_could_be_sent_to_stops_start_up(url: str) -> None:
    with pytest.raises(ValidationError):
        HTTPS_URL.validate_python(url)


@pytest.mark.parametrize("url", ["https://user:hunter2@ex℀mple.com/", "https://[hunter2]/"])
def test_a_url_is_never_quoted_in_its_own_refusal(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HTTPS_URL.validate_python(url)
    assert "hunter2" not in refused.value.errors()[0]["msg"]


def test_a_base_url_loses_its_trailing_slashes_and_nothing_else() -> None:
    assert BASE_URL.validate_python("https://api.example.com//") == "https://api.example.com"
    assert BASE_URL.validate_python("https://api.example.com/v1/") == "https://api.example.com/v1"
    assert BASE_URL.validate_python("https://api.example.com/v1") == "https://api.example.com/v1"


@pytest.mark.parametrize(
    ("value", "which"),
    [(["x", "hunter2", "y", "hunter2"], "2 and 4"), ("hunter2,hunter2", "1 and 2"), (["x", "y", "y", "x"], "2 and 3")],
)
def test_a_list_that_holds_an_entry_twice_is_refused_with_the_places_of_both(value: Any, which: str) -> None:
    with pytest.raises(ValidationError, match=f"holds the same entry twice: numbers {which}") as refused:
        ClientSettings(connections=value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("value", ["a, b ,,c", ["a", "b", "c"], ("a", "b", "c")])
def test_names_are_a_list_or_separated_by_commas(value: Any) -> None:
    assert ClientSettings(connections=value).connections == ("a", "b", "c")


@pytest.mark.parametrize("value", ['["a","b"]', "[a, b]", " ['a']"])
def test_a_text_in_brackets_is_no_list(value: str) -> None:
    with pytest.raises(ValidationError, match="separate the entries by commas"):
        ClientSettings(connections=value)


@pytest.mark.parametrize("value", [["a", ""], ["a", 1], [None], 1, {"a": 1}, [["a"]]])
def test_names_that_are_no_strings_are_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        ClientSettings(connections=value)


UNCLEAN = [" 1", "1 ", "1\n", "\t1", "1\n2", "1\r2", "1\x002", "1\u200b", "\ufeff1", "1\u202e", "1\u00a02", "1\udc80"]


@pytest.mark.threat(58)
@pytest.mark.parametrize("value", UNCLEAN)
def test_text_that_begins_or_ends_with_a_blank_or_holds_what_nobody_sees_is_refused(value: str) -> None:
    assert AcmeSettings(app_id="1 2", app_secret=SecretStr("1 2")).app_id == "1 2"
    for name in ("app_id", "app_secret", "strategy"):
        with pytest.raises(ValidationError, match=f"{name}\n") as refused:
            AcmeSettings.model_validate({"app_id": "1", name: value})
        assert value not in refused.value.errors()[0]["msg"]
    with pytest.raises(ValidationError, match=r"connections\.1"):
        ClientSettings(connections=("a", value))


def test_a_key_in_pem_keeps_its_lines() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    secret = AcmeSettings.model_validate({"app_id": "1", "app_secret": pem}).app_secret
    assert secret.get_secret_value() == pem


APP_ID: TypeAdapter[str] = TypeAdapter(AppId)
APP_SECRET: TypeAdapter[SecretStr] = TypeAdapter(AppSecret)
APP_NUMBER: TypeAdapter[str] = TypeAdapter(AppNumber)
DOMAIN: TypeAdapter[str] = TypeAdapter(Domain)


@pytest.mark.threat(58)
@pytest.mark.parametrize("value", [*UNCLEAN, "", "1 2", "１", "…", '"1"', "'1'"])
def test_an_id_or_secret_that_no_provider_gives_out_is_refused(value: str) -> None:
    for kind in (APP_ID, APP_SECRET, APP_NUMBER):
        with pytest.raises(ValidationError) as refused:
            kind.validate_python(value)
        assert not value or value not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    "value",
    [
        *UNCLEAN,
        "",
        "example",
        "Example.com",
        "@example.com",
        "*.example.com",
        "example.com.",
        "-a.com",
        "a..com",
        "\u0131.com",
    ],
)
def test_what_is_no_domain_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        DOMAIN.validate_python(value)


@pytest.mark.parametrize("value", ["example.com", "a.b-c.example", "xn--bcher-kva.example", "1.de"])
def test_a_domain_is_taken_as_it_is(value: str) -> None:
    assert DOMAIN.validate_python(value) == value


def test_an_id_for_basic_has_no_colon_and_is_an_app_id_in_all_else() -> None:
    kind: TypeAdapter[str] = TypeAdapter(BasicId)
    assert kind.validate_python("apps.1-2_3~x@y") == "apps.1-2_3~x@y"
    assert APP_ID.validate_python("urn:app:1") == "urn:app:1"
    for value in ("urn:app:1", ":", "1:", *UNCLEAN, "", "1 2", '"1"'):
        with pytest.raises(ValidationError) as refused:
            kind.validate_python(value)
        assert not value.strip(":") or value not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("kind", [APP_ID, APP_SECRET, APP_NUMBER])
def test_a_blank_at_an_end_is_told_as_such(kind: TypeAdapter[Any]) -> None:
    with pytest.raises(ValidationError, match="begins or ends with a blank or a line break"):
        kind.validate_python("100000000000042 ")


@pytest.mark.parametrize("value", ["1", "123-web.apps.googleusercontent.com", "a!#$%&+/=?@^_`{|}~", "it's"])
def test_an_id_or_secret_is_visible_ascii(value: str) -> None:
    assert APP_ID.validate_python(value) == value
    assert APP_SECRET.validate_python(value).get_secret_value() == value
    assert APP_NUMBER.validate_python("0123456789") == "0123456789"


@pytest.mark.threat(2)
@pytest.mark.parametrize("app_id", [1234567890, 1.0, True, None, ["1"]])
def test_an_app_id_must_be_a_string(app_id: Any) -> None:
    assert AcmeSettings(app_id="1234567890").accepted_audiences == {"1234567890"}
    with pytest.raises(ValidationError, match="app_id"):
        AcmeSettings(app_id=app_id)


def test_the_provider_urls_are_the_settings_that_end_in_url() -> None:
    settings = AcmeSettings(app_id="1", api_url="https://api.acme.example/v2/")
    assert settings.provider_urls == ("https://api.acme.example/v2",)


def test_a_connection_is_closed_to_unbound_tokens_and_trusts_no_address_by_default() -> None:
    settings = AcmeSettings(app_id="1")
    assert (settings.enabled, settings.accept_unbound_tokens, settings.trust_email) == (True, False, False)
    assert settings.nonce == "matched"


def test_a_strategys_settings_must_say_which_audiences_they_accept() -> None:
    with pytest.raises(NotImplementedError, match="name its accepted audiences"):
        ConnectionSettings().accepted_audiences  # noqa: B018 - the property raises


def test_the_defaults_are_the_contracts() -> None:
    settings = Settings(issuer="https://login.example.com/")
    assert settings.issuer == "https://login.example.com/"
    assert settings.authorization == "ignore"
    assert (settings.tokens.access_ttl_s, settings.tokens.refresh_ttl_s) == (86_400, 2_592_000)
    assert settings.tokens.signing_alg == "RS256"
    assert not settings.compatibility.auth0_profile_fallbacks
    assert not settings.compatibility.error_message


BOUNDS = [
    name
    for name, field in LimitSettings.model_fields.items()
    if field.annotation in {int, float} and name != "ipv6_prefix"
]


@pytest.mark.parametrize("limit", BOUNDS)
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_must_be_positive_or_zero_where_that_turns_it_off(limit: str, value: int) -> None:
    assert getattr(LimitSettings.model_validate({limit: 1}), limit) == 1
    if value == 0 and limit in {"provider_retries", "breaker_outages"}:
        assert getattr(LimitSettings.model_validate({limit: 0}), limit) == 0
        return
    with pytest.raises(ValidationError, match=limit):
        LimitSettings.model_validate({limit: value})


@pytest.mark.parametrize("limit", ["body_timeout_s", "provider_timeout_s", "exchange_timeout_s"])
@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_time_out_must_be_finite(limit: str, value: float) -> None:
    with pytest.raises(ValidationError, match=limit):
        LimitSettings.model_validate({limit: value})


@pytest.mark.parametrize("url", ["memory://", "sqlite:///accredit.db", "sqlite:////var/lib/accredit.db"])
def test_a_storage_url_names_memory_or_a_file(url: str) -> None:
    settings = Settings.model_validate({"issuer": "https://login.example.com/", "storage": {"url": url}})
    assert settings.storage.url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite://",
        "sqlite:///",
        "memory://x",
        "memory:///",
        "sqlite:/a.db",
        "Postgresql://db",
        "postgresql:db",
        "postgresql://d b",
        "://db",
        "accredit.db",
        "sqlite:///:memory:",
        "sqlite:///a.db?timeout=5",
    ],
)
def test_what_is_no_storage_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"setting storage\.url: must be sqlite:///PATH, without parameters"):
        Settings.model_validate({"issuer": "https://login.example.com/", "storage": {"url": url}})


def test_a_url_for_another_storage_goes_through_and_may_hold_a_password() -> None:
    url = "redis+tls://accredit:secret@db.example:6379/0?timeout=5"
    settings = Settings.model_validate({"issuer": "https://login.example.com/", "storage": {"url": url}})
    assert (settings.storage.url, settings.storage.path) == (url, None)
    assert settings.storage.place == "redis+tls://…"
    assert "secret" not in repr(settings)


def test_a_lifetime_fits_the_database() -> None:
    with pytest.raises(ConfigurationError, match="refresh_ttl_s"):
        Settings.model_validate({"issuer": "https://login.example.com/", "tokens": {"refresh_ttl_s": 2**63}})
