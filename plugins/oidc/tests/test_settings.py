"""What an operator may write about an OpenID provider, and what stops the start."""

from typing import Any

import pytest
from pydantic import ValidationError

from accredit_oidc import OidcSettings

ISSUER = "https://id.example.com/realms/staff"
APP = {"issuer": ISSUER, "client_ids": ["one", "two"]}


def test_the_client_ids_are_the_accepted_audiences_and_the_issuer_the_host() -> None:
    settings = OidcSettings.model_validate({**APP, "client_secret": "hush-hush"})
    assert settings.accepted_audiences == {"one", "two"}
    assert settings.provider_urls == (ISSUER,)
    assert settings.algorithms == ("RS256",)
    assert "hush-hush" not in repr(settings)


def test_further_hosts_are_the_operators_to_name() -> None:
    more = {"discovery_url": "https://meta.example.com/openid", "host_urls": ["https://keys.example.com"]}
    settings = OidcSettings.model_validate({**APP, **more})
    assert settings.provider_urls == (ISSUER, "https://meta.example.com/openid", "https://keys.example.com")


@pytest.mark.threat(6)
@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "rs256", ""])
def test_only_algorithms_of_published_keys_may_be_named(algorithm: str) -> None:
    with pytest.raises(ValidationError, match="algorithms"):
        OidcSettings.model_validate({**APP, "algorithms": [algorithm]})
    assert OidcSettings.model_validate({**APP, "algorithms": "ES256,EdDSA"}).algorithms == ("ES256", "EdDSA")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("issuer", "http://id.example.com"),
        ("issuer", "id.example.com"),
        ("client_ids", []),
        ("client_ids", ["a:b"]),
        ("client_ids", ["a b"]),
        ("algorithms", []),
        ("host_urls", ["http://keys.example.com"]),
        ("email_domains", ["*.example.com"]),
        ("email_domains", ["@example.com"]),
        ("email_domains", ["Example.com"]),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=setting):
        OidcSettings.model_validate({**APP, setting: value})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"auth_method": "private_key_jwt"}, "need each other"),
        ({"auth_method": "private_key_jwt", "client_secret": "hush-hush"}, "need each other"),
        ({"private_key": "KEY"}, "need each other"),
        ({"private_key": "KEY", "client_secret": "x", "auth_method": "private_key_jwt"}, "keep one"),
        ({"private_key": "none", "auth_method": "private_key_jwt"}, "private_key"),
        ({"auth_method": "client_secret_jwt", "client_secret": "x"}, "auth_method"),
        ({"auth_method": "none", "client_secret": "x"}, "no client_secret"),
        ({"auth_method": "none", "private_key": "KEY"}, "need each other"),
        ({"auth_method": "none", "require_pkce": False}, "require_pkce must be true"),
        ({"assertion_audience": "https://id.example.com"}, "assertion_audience"),
    ],
    ids=[
        "no_key",
        "secret_for_key",
        "key_for_secret",
        "both",
        "no_such_key",
        "hmac",
        "public_secret",
        "public_key",
        "public_pkce",
        "audience",
    ],
)
def test_ways_to_prove_ourselves_that_cannot_work_are_refused(
    keys: dict[str, str], changes: dict[str, Any], sentence: str
) -> None:
    table = {**APP, **{name: keys["ES256"] if value == "KEY" else value for name, value in changes.items()}}
    with pytest.raises(ValidationError, match=sentence):
        OidcSettings.model_validate(table)


def test_a_public_client_has_nothing_but_its_id() -> None:
    settings = OidcSettings.model_validate({**APP, "auth_method": "none"})
    assert (settings.client_secret, settings.private_key, settings.require_pkce) == (None, None, True)


def test_a_key_is_shown_nowhere(keys: dict[str, str]) -> None:
    by_key = {"auth_method": "private_key_jwt", "private_key": keys["RS256"]}
    assert keys["RS256"][40:80] not in repr(OidcSettings.model_validate({**APP, **by_key}))
