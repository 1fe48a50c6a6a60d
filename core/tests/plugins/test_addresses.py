"""Which hosts a connection calls: core reads its validated settings, whatever the strategy's class says."""

from functools import cached_property
from typing import Any

import pytest
from core.tests.strategies import Acme, AcmeSettings, Brings
from pydantic import AnyHttpUrl, model_validator

from accredit.errors import ConfigurationError, PluginError
from accredit.plugins import Connection, load_connections, make_plugin_manager
from accredit.plugins.registry import source_of_object
from accredit.settings import BaseUrl, ConnectionSettings, HttpsUrl, ListOf

API = "https://api.acme.example"
EVIL = "https://evil.example"


def plugin_with(settings: type[ConnectionSettings]) -> Brings:
    return Brings(type("Odd", (Acme,), {"settings_type": settings}))


def load(settings: type[ConnectionSettings], **table: Any) -> Connection:
    tables = {"acme": {"app_id": "1", **table}}
    return load_connections(tables, make_plugin_manager([plugin_with(settings)]))[0]["acme"]


def fault(settings: type[ConnectionSettings], **table: Any) -> str:
    plugin = plugin_with(settings)
    with pytest.raises(PluginError) as refused:
        load_connections({"acme": {"app_id": "1", **table}}, make_plugin_manager([plugin]))
    start = f"{source_of_object(plugin)}: "
    assert str(refused.value).startswith(start)
    assert "evil" not in str(refused.value)
    return str(refused.value).removeprefix(start)


class TwoUrls(AcmeSettings):
    jwks_url: HttpsUrl = "https://keys.acme.example/jwks"
    docs_page: str = EVIL


class Optional(AcmeSettings):
    web_url: HttpsUrl | None = None
    app_url: BaseUrl | None = None


def test_every_url_setting_is_declared_and_nothing_else() -> None:
    assert load(TwoUrls).provider_urls == (API, "https://keys.acme.example/jwks")
    assert load(TwoUrls, api_url="https://eu.acme.example/").provider_urls[0] == "https://eu.acme.example"


def test_a_url_that_is_none_declares_nothing() -> None:
    assert load(Optional).provider_urls == (API,)
    assert load(Optional).settings.provider_urls == (API,)
    assert load(Optional, web_url="https://www.acme.example").provider_urls == (API, "https://www.acme.example")


class Discovers(AcmeSettings):
    issuer: HttpsUrl
    host_urls: ListOf[HttpsUrl] = ()


class NamesAnIssuer(AcmeSettings):
    issuer: str


class MayHaveAnIssuer(AcmeSettings):
    issuer: HttpsUrl | None = None


ISSUER = "https://id.acme.example/tenant"
KEYS = "https://keys.acme.example"


@pytest.mark.threat(44)
def test_an_issuer_that_is_a_url_is_declared_and_so_is_each_entry_of_a_list_of_urls() -> None:
    assert load(Discovers, issuer=ISSUER).provider_urls == (API, ISSUER)
    found = load(Discovers, issuer=ISSUER, host_urls=[KEYS, "https://me.acme.example"])
    assert found.provider_urls == found.settings.provider_urls == (API, ISSUER, KEYS, "https://me.acme.example")
    assert (
        load(Discovers, issuer=ISSUER, host_urls=f"{KEYS},https://me.acme.example").provider_urls == found.provider_urls
    )


@pytest.mark.threat(44)
def test_an_issuer_that_is_any_text_declares_nothing() -> None:
    assert load(NamesAnIssuer, issuer=ISSUER).provider_urls == (API,)
    assert load(MayHaveAnIssuer).provider_urls == (API,)
    assert load(MayHaveAnIssuer, issuer=ISSUER).provider_urls == (API, ISSUER)


def test_hosts_that_are_accepted_do_not_say_who_gives_out_the_ids() -> None:
    one, two = (load(Discovers, issuer=ISSUER, host_urls=urls) for urls in ([], [KEYS]))
    assert one.user_id_issuer == two.user_id_issuer
    assert one.user_id_issuer != load(Discovers, issuer=f"{ISSUER}/").user_id_issuer


@pytest.mark.parametrize(
    ("setting", "url"),
    [("issuer", "http://id.acme.example"), ("issuer", "acme"), ("host_urls", ["http://keys.acme.example"])],
    ids=["issuer in the clear", "issuer that is no URL", "list in the clear"],
)
def test_what_an_operator_may_not_declare_does_not_start(setting: str, url: object) -> None:
    with pytest.raises(ConfigurationError, match=f"setting {setting}") as refused:
        load(Discovers, **{"issuer": ISSUER, setting: url})
    assert not isinstance(refused.value, PluginError)


class AnyTexts(AcmeSettings):
    host_urls: tuple[str, ...] = ("http://evil.example",)


class NoTexts(AcmeSettings):
    host_urls: tuple[AnyHttpUrl, ...] = (AnyHttpUrl(EVIL),)


class ASet(AcmeSettings):
    host_urls: frozenset[str] = frozenset({EVIL})


class NoList(AcmeSettings):
    host_urls: ListOf[HttpsUrl] | None = None


@pytest.mark.threat(44)
@pytest.mark.parametrize("settings", [AnyTexts, NoTexts, ASet, NoList], ids=lambda kind: kind.__name__)
def test_a_list_of_urls_holds_https_urls(settings: type[ConnectionSettings]) -> None:
    assert fault(settings) == (
        f"setting host_urls of {settings.__name__} is no list of https URLs: make it a ListOf[HttpsUrl]"
    )


def test_loopback_needs_no_tls() -> None:
    assert load(AcmeSettings, api_url="http://127.0.0.1:9000").provider_urls == ("http://127.0.0.1:9000",)


def overriding(member: object) -> type[ConnectionSettings]:
    return type("Settings", (AcmeSettings,), {"__module__": __name__, "provider_urls": member})


@pytest.mark.threat(44)
@pytest.mark.parametrize(
    "member",
    [
        property(lambda self: (self.api_url, EVIL)),
        property(lambda self: (self.api_url,)),
        cached_property(lambda self: (self.api_url, EVIL)),
    ],
    ids=["more", "the same", "cached"],
)
def test_settings_that_override_provider_urls_do_not_start(member: object) -> None:
    if isinstance(member, cached_property):
        member.attrname = "provider_urls"
    assert fault(overriding(member)) == (
        "Settings overrides provider_urls: remove it, since only the hosts of settings whose names end in _url are"
        " called"
    )


@pytest.mark.threat(44)
def test_settings_that_inherit_an_override_do_not_start_either() -> None:
    base = overriding(property(lambda self: (EVIL,)))
    child = type("Child", (base,), {"__module__": __name__})
    assert fault(child).startswith("Child overrides provider_urls: ")


@pytest.mark.threat(44)
def test_a_property_in_the_place_of_a_url_setting_does_not_start() -> None:
    class Settings(AcmeSettings):
        pass

    Settings.api_url = property(lambda _: EVIL)  # type: ignore[assignment]  # what is tried
    assert fault(Settings) == "Settings has a property in the place of its setting api_url: remove it"


@pytest.mark.threat(44)
def test_a_property_that_only_ends_in_url_declares_nothing() -> None:
    class Settings(AcmeSettings):
        @property
        def me_url(self) -> str:
            return f"{EVIL}/me"

    assert load(Settings).provider_urls == (API,)


class AnyText(AcmeSettings):
    api_url: str = API


class InTheClear(AcmeSettings):
    jwks_url: HttpsUrl = "http://evil.example/jwks"


class Several(AcmeSettings):
    more_url: tuple[HttpsUrl, ...] = (EVIL,)


class Foreign(AcmeSettings):
    more_url: AnyHttpUrl = AnyHttpUrl(EVIL)


class Empty(AcmeSettings):
    more_url: str = ""


class Moves(AcmeSettings):
    @model_validator(mode="after")
    def move(self) -> "Moves":
        vars(self)["api_url"] = "http://evil.example"
        return self


@pytest.mark.threat(44)
@pytest.mark.parametrize(
    ("settings", "setting", "table"),
    [
        (AnyText, "api_url", {"api_url": "http://evil.example"}),
        (AnyText, "api_url", {"api_url": "http://169.254.169.254"}),
        (AnyText, "api_url", {"api_url": "https://u:p@evil.example"}),
        (AnyText, "api_url", {"api_url": "https://evil.example/?a=b"}),
        (AnyText, "api_url", {"api_url": "evil"}),
        (InTheClear, "jwks_url", {}),
        (Several, "more_url", {}),
        (Foreign, "more_url", {}),
        (Empty, "more_url", {}),
        (Moves, "api_url", {}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_a_url_that_is_not_https_is_the_plugins_fault(
    settings: type[ConnectionSettings], setting: str, table: dict[str, Any]
) -> None:
    assert fault(settings, **table) == (
        f"setting {setting} of {settings.__name__} lets through what is no https URL:"
        " make it an HttpsUrl or a BaseUrl, and its default one that calls nobody in the clear"
    )


def test_a_lax_setting_with_a_good_url_is_declared() -> None:
    assert load(AnyText, api_url=EVIL).provider_urls == (EVIL,)


def test_a_url_that_the_operator_got_wrong_is_the_operators_to_mend() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(AcmeSettings, api_url="http://evil.example")
    assert not isinstance(refused.value, PluginError)
