"""What a plugin object may look like."""

import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from core.tests.bench import bench
from core.tests.strategies import Acme, Brings

from accredit.audit.events import ExchangeEvent
from accredit.errors import PluginError
from accredit.hookspecs import hookimpl
from accredit.models import ExtraClaims, Identity, Login, Subject
from accredit.plugins import load_connections, make_plugin_manager
from accredit.plugins.registry import source_of_object


class Complete:
    @hookimpl
    def strategies(self) -> list[Any]:
        return []

    @hookimpl
    def simulators(self) -> list[Any]:
        return []

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Subject | None:
        return None

    @hookimpl
    async def subject_active(self, subject: str) -> bool | None:
        return None

    @hookimpl
    async def authorize(self) -> None: ...

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims | None:
        return None

    @hookimpl
    def observe(self, event: ExchangeEvent) -> None: ...


class Misspelt:
    @hookimpl
    async def autorize(self, login: Login) -> None: ...


class MisspeltButOptional:
    @hookimpl(optionalhook=True)
    async def autorize(self, login: Login) -> None: ...


class WrongArgument:
    @hookimpl
    async def authorize(self, user: Login) -> None: ...


class NotACoroutine:
    @hookimpl
    def authorize(self, login: Login) -> None: ...


class ACoroutine:
    @hookimpl
    async def observe(self, event: ExchangeEvent) -> None: ...


class Wrapper:
    @hookimpl(wrapper=True)
    def strategies(self) -> Iterator[None]:
        yield


class OldWrapper:
    @hookimpl(hookwrapper=True)
    def observe(self) -> Iterator[None]:
        yield


class NoGenerator:
    @hookimpl(wrapper=True)
    def observe(self) -> None: ...


class ForgotTheMark:
    async def authorize(self, login: Login) -> None: ...


def refusal(plugin: object) -> str:
    with pytest.raises(PluginError) as refused:
        make_plugin_manager([plugin])
    return str(refused.value)


def test_a_plugin_may_implement_every_hook_and_take_fewer_arguments() -> None:
    assert len(make_plugin_manager([Complete(), Complete()]).get_plugins()) == 2


@pytest.mark.parametrize(
    ("plugin", "problem"),
    [
        (Misspelt(), "unknown hook 'autorize'"),
        (MisspeltButOptional(), "autorize"),
        (WrongArgument(), "user"),
        (NotACoroutine(), "hook authorize must be a coroutine (async def)"),
        (ACoroutine(), "hook observe must be a plain function"),
        (Wrapper(), "hook strategies must not be a wrapper"),
        (OldWrapper(), "hook observe must not be a wrapper"),
        (NoGenerator(), "wrapper"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_hook_that_would_not_do_what_it_says_is_refused_with_its_plugin(plugin: object, problem: str) -> None:
    message = refusal(plugin)
    assert message.startswith(f"{source_of_object(plugin)}: ")
    assert problem in message


def test_a_plugin_whose_hooks_lost_their_mark_is_refused() -> None:
    # Ignoring it would run the host without the refusals it has written down.
    plugin = ForgotTheMark()
    assert refusal(plugin).startswith(f"{source_of_object(plugin)}: ")


def test_a_class_in_place_of_an_object_is_refused() -> None:
    with pytest.raises(PluginError, match=r": a class; pass an object of it: Complete\(\)$"):
        make_plugin_manager([Complete])


def test_one_plugin_given_twice_is_refused() -> None:
    plugin = Complete()
    with pytest.raises(PluginError, match="it is registered already"):
        make_plugin_manager([plugin, plugin])


@dataclass
class Policy:
    """Shows in its `repr` what it was told, as dataclasses do."""

    api_key: str

    @hookimpl
    async def authorize(self, login: object) -> None:
        raise ValueError

    @hookimpl
    def observe(self) -> None:
        raise ValueError

    @property
    def endpoint(self) -> str:
        raise ValueError(self.api_key)


async def test_what_a_plugin_shows_of_itself_is_told_nowhere() -> None:
    async with bench(plugins=[Policy("hunter2")]) as wire:
        assert (await wire.post()).status_code == 500
        assert f"{Policy.__module__}.Policy: ValueError in Policy.authorize" in wire.event.detail
        assert "hunter2" not in repr((wire.heard, wire.log.lines))


@pytest.mark.parametrize("twice", [True, False])
def test_what_a_plugin_shows_of_itself_is_not_told_where_it_is_refused(twice: bool) -> None:
    class Misspelt(Policy):
        @hookimpl
        def autorize(self) -> None: ...

    plugins = [Policy("hunter2")] * 2 if twice else [Misspelt("hunter2")]
    with pytest.raises(PluginError) as refused:
        make_plugin_manager(plugins)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_plugins_of_one_class_are_told_apart() -> None:
    module = ModuleType("my_policy")
    vars(module)["observe"] = Policy.observe
    manager = make_plugin_manager([Policy("one"), module, Policy("two")])
    name = f"plugin {Policy.__module__}.Policy"
    assert [one for one, _ in manager.list_name_plugin()] == [name, "plugin my_policy", f"{name} (2)"]


def load(*plugins: object, **tables: dict[str, object]) -> Any:
    return load_connections(tables, make_plugin_manager(plugins))[0]


def test_a_strategy_of_a_plugin_object_needs_no_distribution() -> None:
    plugin = Brings(Acme)
    connections = load(plugin, acme={"app_id": "1"}, game={"strategy": "acme", "app_id": "2"})
    assert [one.source for one in connections.values()] == [source_of_object(plugin)] * 2
    assert connections["game"].accepted == {"2"}


def test_two_plugin_objects_with_one_strategy_are_both_named() -> None:
    one, other = Brings(Acme), Brings(type("Other", (Acme,), {}))
    with pytest.raises(PluginError) as refused:
        load(one, other)
    sources = f"{source_of_object(one)} and {source_of_object(other)} (2)"
    assert str(refused.value) == f"strategy 'acme' is brought by {sources}; keep one"


class Raises:
    @hookimpl
    def strategies(self) -> list[Any]:
        raise KeyError("no")


class Asynchronous:
    @hookimpl
    async def strategies(self) -> AsyncIterator[Any]:
        yield Acme


@pytest.mark.parametrize(
    ("plugin", "problem"),
    [
        (Raises(), "hook strategies failed: KeyError in Raises.strategies (test_hooks.py:"),
        (Asynchronous(), "hook strategies failed: TypeError"),
        (Brings(Acme, None), "hook strategies yields None, which is no Strategy class"),
        (Brings("acme"), "hook strategies yields 'acme', which is no Strategy class"),
        (Brings(int), "hook strategies yields <class 'int'>, which is no Strategy class"),
    ],
)
def test_a_strategies_hook_that_fails_stops_start_up(plugin: object, problem: str) -> None:
    with pytest.raises(PluginError) as refused:
        load(plugin, acme={"app_id": "1"})
    assert str(refused.value).startswith(f"{source_of_object(plugin)}: {problem}")
