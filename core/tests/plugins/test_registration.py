"""Hooks that register something: asked in order, and blamed for all they do."""

from collections.abc import Iterator
from typing import Any

import pytest

from accredit.errors import PluginError
from accredit.hookspecs import hookimpl
from accredit.plugins import make_plugin_manager
from accredit.plugins.registration import registered


class First:
    @hookimpl
    def strategies(self) -> Iterator[Any]:
        yield 1

    @hookimpl(trylast=True)
    def signer(self) -> Any:
        return "first"


class Second:
    @hookimpl(tryfirst=True)
    def strategies(self) -> list[Any]:
        return [2]

    @hookimpl
    def signer(self) -> Any:
        return None


class Broken:
    def __repr__(self) -> str:
        return "Broken()"

    @hookimpl
    def simulators(self) -> Iterator[Any]:
        yield 1
        raise KeyError("its own words")


def test_plugins_are_asked_in_the_order_they_were_given_whatever_they_wish() -> None:
    manager = make_plugin_manager([First(), Second()])
    assert [found for _, found in registered(manager, "strategies", list[Any])] == [[1], [2]]
    assert [found for _, found in registered(manager, "signer", repr)] == ["'first'", "None"]


def test_what_is_raised_while_a_hook_yields_is_the_plugins_failure() -> None:
    manager = make_plugin_manager([First(), Broken()])
    with pytest.raises(PluginError, match=r"^plugin .*\.Broken: hook simulators failed: KeyError in .*'its own words'"):
        registered(manager, "simulators", list[Any])


def test_what_is_raised_while_its_answer_is_read_is_the_plugins_failure() -> None:
    manager = make_plugin_manager([First()])
    with pytest.raises(PluginError, match=r"hook signer failed: AttributeError in .*no attribute 'kid'$"):
        registered(manager, "signer", lambda signer: signer.kid)
