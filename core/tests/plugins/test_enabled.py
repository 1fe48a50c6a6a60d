"""Plugins that the settings switch on by name, found by real metadata in a folder on `sys.path`."""

import sys
from typing import Any

import pytest
from core.tests.conftest import Install

from accredit import Exchange, Settings
from accredit.errors import ConfigurationError, PluginError
from accredit.hookspecs import hookimpl
from accredit.plugins.registry import source_of_object
from accredit.storage import MemoryStorage

GROUP = "accredit.plugins"
HOOK = """
    @hookimpl
    async def authorize(self, login): ...
"""
HEAD = "from accredit import hookimpl\n"
MODULE = f"{HEAD}@hookimpl\nasync def authorize(login): ...\n"
CLASS = f"{HEAD}class Policy:{HOOK}"
OBJECT = f"{CLASS}\npolicy = Policy()\n"
FACTORY = f"{CLASS}\ndef policy():\n    return Policy()\n"
SETTINGS = f"""{HEAD}
class Policy:
    def __init__(self, settings):
        self.key = settings["api_key"]
        self.all = settings
{HOOK}"""


def start(*enabled: str, plugins: tuple[object, ...] = (), **tables: Any) -> Exchange:
    told = {"enabled": enabled, **{name.replace("_", "-"): table for name, table in tables.items()}}
    settings = Settings.model_validate({"issuer": "https://login.example.com/", "plugins": told})
    return Exchange(settings, storage=MemoryStorage(), plugins=plugins)


def hooks_of(exchange: Exchange) -> list[str]:
    """Return who is asked to authorize, in order."""
    return [call[0] for call in exchange.engine.hooks._authorize]


def refusal(*enabled: str, **tables: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as refused:
        start(*enabled, **tables)
    return refused.value


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("acme_policy", MODULE),
        ("acme_policy:policy", OBJECT),
        ("acme_policy:Policy", CLASS),
        ("acme_policy:policy", FACTORY),
    ],
    ids=["module", "object", "class", "function"],
)
def test_an_enabled_plugin_has_its_hooks_called(install: Install, value: str, source: str) -> None:
    install("acme-policy", "1.2", {"acme": value}, group=GROUP, acme_policy=source)
    assert hooks_of(start("acme")) == ["acme-policy 1.2 (acme)"]


def test_a_plugin_that_is_not_enabled_is_not_even_loaded(install: Install) -> None:
    install("acme-policy", "1.2", {"acme": "acme_policy"}, group=GROUP, acme_policy=MODULE)
    assert hooks_of(start()) == []
    assert "acme_policy" not in sys.modules


def test_plugins_of_the_host_come_first_and_the_enabled_ones_in_their_order(install: Install) -> None:
    install(
        "acme-policy",
        "1.2",
        {"one": "acme_policy", "two": "acme_policy:Policy"},
        group=GROUP,
        acme_policy=MODULE + CLASS,
    )

    class Host:
        @hookimpl
        async def authorize(self, login: object) -> None: ...

    host = Host()
    orders = [hooks_of(start(*names, plugins=(host,))) for names in (("one", "two"), ("two", "one"))]
    one, two = "acme-policy 1.2 (one)", "acme-policy 1.2 (two)"
    assert orders == [[f"{source_of_object(host)}", one, two], [f"{source_of_object(host)}", two, one]]


def test_a_plugin_is_told_what_stands_in_its_table(install: Install) -> None:
    source = SETTINGS + "made = []\ndef policy(*, settings):\n    made.append(Policy(settings))\n    return made[0]\n"
    install("acme-policy", "1.2", {"acme-policy": "acme_policy:policy"}, group=GROUP, acme_policy=source)
    start("acme-policy", acme_policy={"api_key": "hunter2", "retries": 3})
    [policy] = sys.modules["acme_policy"].made
    assert (policy.key, dict(policy.all)) == ("hunter2", {"api_key": "hunter2", "retries": 3})
    assert "hunter2" not in repr(policy.all)
    with pytest.raises(TypeError):
        policy.all["api_key"] = "other"


def test_a_plugin_that_takes_settings_is_told_nothing_where_there_is_no_table(install: Install) -> None:
    source = CLASS + "\ndef policy(settings):\n    assert settings == {} or dict(settings) == {}\n    return Policy()\n"
    install("acme-policy", "1.2", {"acme": "acme_policy:policy"}, group=GROUP, acme_policy=source)
    assert hooks_of(start("acme")) == ["acme-policy 1.2 (acme)"]


@pytest.mark.parametrize(("value", "source"), [("acme_policy", MODULE), ("acme_policy:Policy", CLASS)])
def test_a_table_for_a_plugin_that_takes_none_is_refused(install: Install, value: str, source: str) -> None:
    install("acme-policy", "1.2", {"acme": value}, group=GROUP, acme_policy=source)
    told = "setting plugins.acme: acme-policy 1.2 (acme) takes no settings: remove the table"
    assert str(refusal("acme", acme={"api_key": "hunter2"})) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise ValueError(settings['api_key'])", "acme-policy 1.2 (acme): the plugin cannot be made: ValueError in "),
        ("raise SystemExit(settings['api_key'])", "acme-policy 1.2 (acme): the plugin cannot be made: SystemExit in "),
        ("settings['absent']", "acme-policy 1.2 (acme): the plugin cannot be made: KeyError in "),
        ("raise ConfigurationError('api_key is too short')", "plugin 'acme': api_key is too short"),
        ("Model.model_validate(settings)", "plugin 'acme': setting api_key: Input should be a valid integer"),
    ],
)
def test_a_plugin_that_refuses_its_settings_stops_start_up_and_no_value_is_told(
    install: Install, body: str, told: str
) -> None:
    source = (
        "from accredit import ConfigurationError\nfrom pydantic import BaseModel\n"
        f"class Model(BaseModel):\n    api_key: int\ndef policy(settings):\n    {body}\n"
    )
    install("acme-policy", "1.2", {"acme": "acme_policy:policy"}, group=GROUP, acme_policy=source)
    error = refusal("acme", acme={"api_key": "hunter2"})
    assert str(error).startswith(told)
    assert "hunter2" not in str(error)
    assert error.__cause__ is None


def test_a_plugin_that_nobody_brings_is_named_beside_those_that_are(install: Install) -> None:
    install("acme-policy", "1.2", {"acme-policy": "acme_policy"}, group=GROUP, acme_policy=MODULE)
    told = "setting plugins.enabled: no installed distribution brings plugin '{}' (installed: acme-policy)"
    assert str(refusal("acme-polizy")) == told.format("acme-polizy") + "; did you mean acme-policy?"
    assert str(refusal("other")) == told.format("other")


def test_a_plugin_of_two_distributions_is_refused_with_both(install: Install) -> None:
    install("acme-policy", "1.2", {"acme": "acme_policy"}, group=GROUP, acme_policy=MODULE)
    install("other-policy", "3.4", {"acme": "other_policy"}, group=GROUP, other_policy=MODULE)
    told = "plugin 'acme' is brought by acme-policy 1.2 and other-policy 3.4; uninstall all but one"
    assert str(refusal("acme")) == told


def test_a_plugin_for_another_core_is_refused_with_the_version_it_asks_for(install: Install) -> None:
    requires = ["accredit>=99"]
    install("acme-policy", "1.2", {"acme": "acme_policy"}, group=GROUP, requires=requires, acme_policy=MODULE)
    assert str(refusal("acme")).startswith("acme-policy 1.2 asks for accredit>=99, and accredit ")
    assert "acme_policy" not in sys.modules


@pytest.mark.parametrize(
    ("value", "source", "told"),
    [
        (
            "acme_policy",
            "import absent",
            "acme-policy 1.2: entry point acme = acme_policy cannot be loaded: ModuleNotFound",
        ),
        (
            "acme_policy:absent",
            MODULE,
            "acme-policy 1.2: entry point acme = acme_policy:absent cannot be loaded: Attribute",
        ),
        ("acme_policy", MODULE.replace("authorize", "autorize"), "acme-policy 1.2 (acme): unknown hook 'autorize'"),
        ("acme_policy", "x = 1", "acme-policy 1.2 (acme): mark its hooks with @hookimpl: it has none"),
        (
            "acme_policy",
            f"{HEAD}@hookimpl\ndef strategies(): ...\n",
            "acme-policy 1.2 (acme): hook strategies: name it by an entry point of the group accredit.strategies",
        ),
        ("acme_policy", MODULE.replace("async ", ""), "acme-policy 1.2 (acme): hook authorize must be a coroutine"),
        (
            "acme_policy:policy",
            "async def policy(): ...",
            "acme-policy 1.2 (acme): policy is a coroutine function: make",
        ),
        (
            "acme_policy:policy",
            "def policy(): ...",
            "acme-policy 1.2 (acme): mark its hooks with @hookimpl: it has none",
        ),
        ("acme_policy:policy", "policy = print", "acme-policy 1.2 (acme): mark its hooks with @hookimpl: it has none"),
        (
            "acme_policy:policy",
            "policy = dict.fromkeys",
            "acme-policy 1.2 (acme): the plugin cannot be made: TypeError",
        ),
        (
            "acme_policy:policy",
            "class Policy:\n    def __getattr__(self, name):\n        raise SystemExit\npolicy = Policy()\n",
            "acme-policy 1.2 (acme): SystemExit in Policy.__getattr__",
        ),
        ("acme_policy:policy", "policy = min", "acme-policy 1.2 (acme): the plugin cannot be made: TypeError"),
    ],
)
def test_a_plugin_that_cannot_be_used_stops_start_up(install: Install, value: str, source: str, told: str) -> None:
    install("acme-policy", "1.2", {"acme": value}, group=GROUP, acme_policy=source)
    error = refusal("acme")
    assert isinstance(error, PluginError)
    assert str(error).startswith(told)


def test_one_object_under_two_names_is_refused(install: Install) -> None:
    install("acme-policy", "1.2", {"one": "acme_policy", "two": "acme_policy"}, group=GROUP, acme_policy=MODULE)
    assert str(refusal("one", "two")).startswith("acme-policy 1.2 (two): it is registered already")


def test_an_enabled_plugin_may_bring_a_signer(install: Install) -> None:
    source = f"{HEAD}@hookimpl\ndef signer():\n    return 3\n"
    install("acme-policy", "1.2", {"acme": "acme_policy"}, group=GROUP, acme_policy=source)
    assert str(refusal("acme")) == "acme-policy 1.2 (acme): hook signer returned int, which is no Signer"
