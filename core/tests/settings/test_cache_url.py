"""What `cache.url` may say; what it must not is refused at start, in a sentence that shows nothing of it."""

import base64
from typing import Any

import pytest

from accredit import ConfigurationError, Settings
from accredit.settings.cache_url import CacheUrl, read_cache_url

KEY = base64.b64encode(b"k" * 32).decode()


def settings(**cache: Any) -> Settings:
    return Settings.model_validate({"issuer": "https://login.example.com/", "cache": cache})


def test_by_default_each_process_has_its_own() -> None:
    assert settings().cache.place is None
    assert settings(url="memory://").cache.place is None


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("redis://cache.example", CacheUrl(kind="single", nodes=(("cache.example", 6379),))),
        ("valkey://127.0.0.1:7000/3", CacheUrl(kind="single", nodes=(("127.0.0.1", 7000),), database=3)),
        ("redis://[::1]:7000", CacheUrl(kind="single", nodes=(("::1", 7000),))),
        ("redis://:p%40ss@a/", CacheUrl(kind="single", nodes=(("a", 6379),), password="p@ss")),
        ("redis://me:p%2Fs%23s@a", CacheUrl(kind="single", nodes=(("a", 6379),), username="me", password="p/s#s")),
        ("rediss://a", CacheUrl(kind="single", nodes=(("a", 6379),), is_tls=True)),
        (
            "valkeys://a?ssl_ca_certs=/etc/ca.pem&ssl_certfile=/etc/c.pem&ssl_keyfile=/etc/k.pem",
            CacheUrl(
                kind="single",
                nodes=(("a", 6379),),
                is_tls=True,
                ssl_ca_certs="/etc/ca.pem",
                ssl_certfile="/etc/c.pem",
                ssl_keyfile="/etc/k.pem",
            ),
        ),
        ("unix:///run/valkey.sock", CacheUrl(kind="socket", socket="/run/valkey.sock")),
        (
            "unix://me:secret@/run/valkey.sock?db=2",
            CacheUrl(kind="socket", socket="/run/valkey.sock", username="me", password="secret", database=2),
        ),
        (
            "redis+sentinel://me:secret@a,b:7000/main/1?sentinel_username=you&sentinel_password=other",
            CacheUrl(
                kind="sentinel",
                nodes=(("a", 26379), ("b", 7000)),
                service="main",
                database=1,
                username="me",
                password="secret",
                sentinel_username="you",
                sentinel_password="other",
            ),
        ),
        ("rediss+cluster://a:1,b:2", CacheUrl(kind="cluster", nodes=(("a", 1), ("b", 2)), is_tls=True)),
        ("valkeys+sentinel://a/main", CacheUrl(kind="sentinel", nodes=(("a", 26379),), service="main", is_tls=True)),
    ],
)
def test_each_form_is_read(url: str, read: CacheUrl) -> None:
    assert read_cache_url(url) == read


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://me:hunter2@cache.example/3", "cache.example:6379"),
        ("rediss+cluster://:hunter2@[::1]:7000,b", "[::1]:7000,b:6379"),
        ("redis+sentinel://me:hunter2@a,b:7000/main?sentinel_username=me&sentinel_password=hunter2", "a:26379,b:7000"),
        ("unix://me:hunter2@/run/valkey.sock?db=2", "/run/valkey.sock"),
    ],
)
def test_where_it_is_is_told_without_user_and_password(url: str, place: str) -> None:
    read = read_cache_url(url)
    assert read is not None
    assert read.place == place
    assert settings(url=url, encryption_key=KEY).cache.place == read


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "must begin with memory://"),
        ("memory", "must begin with memory://"),
        ("memory://a", "must begin with memory://"),
        ("redis:/hidden", "must begin with memory://"),
        ("http://hidden", "must begin with memory://"),
        ("redis+unknown://hidden", "must begin with memory://"),
        ("redis://[hidden", "must begin with memory://"),
        ("redis://", "must name a host"),
        ("redis://hidden:nan", "must name a host"),
        ("redis://hidden:0", "must name a host"),
        ("redis://a,hidden", "that is redis+sentinel:// or redis+cluster://"),
        ("redis://a/hidden", "must give the database as a number"),
        ("redis://a/1/hidden", "must end after the database's number"),
        ("redis+cluster://a/1", "must end after its hosts"),
        ("redis+sentinel://a", "must name the service"),
        ("redis+sentinel://a/hid%20den", "must name the service"),
        ("redis+sentinel://a/main/hidden", "must give the database as a number"),
        ("redis+sentinel://a/main/1/2", "must name the service"),
        ("redis://hidden@a", "has a user without a password"),
        ("redis://me:hid#den@a", "write %23"),
        ("redis://me:hid den@a", "write %20"),
        ("redis://a?ssl_ca_certs=/hidden", "no parameters may follow"),
        ("redis://a?hidden", "no parameters may follow"),
        ("rediss://a?ssl_cert_reqs=none", "these parameters may follow: ssl_ca_certs"),
        ("rediss://a?ssl_ca_certs=", "these parameters may follow: ssl_ca_certs"),
        ("rediss://a?ssl_ca_certs=/a&ssl_ca_certs=/b", "these parameters may follow: ssl_ca_certs"),
        ("unix://host/hidden.sock", "must be unix:///path"),
        ("unix://", "must be unix:///path"),
        ("unix:///a.sock?db=hidden", "must give the database as a number"),
    ],
)
def test_another_form_is_refused_in_a_sentence_that_does_not_quote_it(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings(url=url, encryption_key=KEY)
    assert str(refused.value).startswith("setting cache.url: ")
    assert told in str(refused.value)
    assert "hid" not in str(refused.value)


def test_what_is_shared_is_not_shared_in_clear() -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings(url="redis://a")
    assert str(refused.value) == (
        "setting cache: encryption_key is missing, with which what nodes share is encrypted: "
        "set ACCREDIT_CACHE__ENCRYPTION_KEY, the same on each node; `openssl rand -base64 32` makes a key"
    )


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", "not base64!", f"{KEY},short"])
def test_a_key_of_another_length_is_refused(key: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^setting cache.encryption_key: must be 32 bytes in base64"
    ) as refused:
        settings(url="redis://a", encryption_key=key)
    assert "`openssl rand -base64 32` makes a key" in str(refused.value)


def test_no_password_and_no_key_is_shown() -> None:
    shown = settings(url="redis+sentinel://me:hidden@a/m?sentinel_password=hidden", encryption_key=KEY)
    assert "hidden" not in f"{shown!r}{shown.cache!r}{shown.cache.place!r}{shown.model_dump()}{shown.model_dump_json()}"
    assert KEY not in f"{shown!r}{shown.model_dump_json()}"
