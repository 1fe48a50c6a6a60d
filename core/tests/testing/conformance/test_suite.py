"""The suite cannot be weakened quietly."""

import asyncio
from typing import Any

import pytest
from core.tests.testing.conformance.good import Good, GoodSimulator, GoodSuite

from accredit.testing import StrategyConformance
from accredit.testing.checks import checks_of
from accredit.testing.conformance import ConformanceError, suite
from accredit.testing.conformance.bench.bench import check_loaded, start
from accredit.testing.conformance.suite import Suite, check, refuse_weakening, threats_of

CHECK = "test_another_apps_token_is_refused"
REASON = "our provider has a single app"


def define(bases: Any = (StrategyConformance,), **attributes: Any) -> type[Any]:
    return type("TestAcme", bases, attributes)


def test_overriding_a_check_needs_an_exemption() -> None:
    with pytest.raises(ConformanceError, match=f"overrides the check {CHECK}"):
        define(**{CHECK: lambda self: None})
    assert define(**{CHECK: lambda self: None}, exemptions={CHECK: REASON})


def test_deleting_a_check_needs_an_exemption() -> None:
    with pytest.raises(ConformanceError, match=CHECK):
        define(**{CHECK: None})


def test_overriding_in_a_mixin_or_further_down_needs_an_exemption_as_well() -> None:
    mixin = type("Mixin", (), {CHECK: lambda self: None})
    with pytest.raises(ConformanceError, match=CHECK):
        define((mixin, StrategyConformance))
    base = define(exemptions={CHECK: REASON})
    assert define((base,), **{CHECK: lambda self: None})
    with pytest.raises(ConformanceError, match=CHECK):
        define((base,), **{CHECK: lambda self: None}, exemptions={})


def test_what_is_changed_after_the_definition_is_found_later() -> None:
    suite = define()
    setattr(suite, CHECK, lambda self: None)
    with pytest.raises(ConformanceError, match=CHECK):
        refuse_weakening(suite, StrategyConformance)


@pytest.mark.parametrize("reason", ["", "no", "not applicable", "   ", None, 7])
def test_an_exemption_needs_a_reason(reason: Any) -> None:
    with pytest.raises(ConformanceError, match="needs a reason"):
        define(exemptions={CHECK: reason})


@pytest.mark.parametrize("name", ["test_nothing", "another_apps_token_is_refused", "strategy", "_accepted_ids"])
def test_an_exemption_must_name_a_check(name: str) -> None:
    with pytest.raises(ConformanceError, match=f"no check: {name}"):
        define(exemptions={name: REASON})


@pytest.mark.parametrize("name", ["_accepted_ids", "_payloads", "_refused_at_start"])
def test_the_parts_of_the_kit_cannot_be_overridden_at_all(name: str) -> None:
    with pytest.raises(ConformanceError, match=f"{name}, which belongs to the kit"):
        define(**{name: lambda self: []})


@pytest.mark.parametrize("name", ["__test__", "__new__", "__init__", "__getattribute__", "__getattr__"])
def test_a_class_cannot_hide_its_checks(name: str) -> None:
    with pytest.raises(ConformanceError, match=name):
        define(**{name: False})


def test_own_tests_and_other_names_are_welcome() -> None:
    assert define(test_something_of_ours=lambda self: None, region="eu")


def test_strategy_and_simulator_must_belong_together() -> None:
    class Other(GoodSimulator):
        strategy = "other"

    with pytest.raises(ConformanceError, match="strategy is 'kit-good', but the simulator is of 'other'"):
        define(strategy=Good, simulator=Other)
    with pytest.raises(ConformanceError, match="must be a Strategy class"):
        define(strategy=GoodSimulator)
    with pytest.raises(ConformanceError, match="must be a Simulator class"):
        define(simulator=Good)


def test_every_check_says_what_it_checks() -> None:
    checks = checks_of(StrategyConformance)
    assert len(checks) > 40
    for name in checks:
        about = getattr(StrategyConformance, name).__doc__
        assert about, name
        assert about.strip().partition("\n")[0].endswith("."), name


def test_a_check_names_the_threats_it_proves() -> None:
    assert threats_of(StrategyConformance, CHECK) == (1,)
    assert threats_of(StrategyConformance, "test_every_audience_must_be_ours") == (1, 2, 5)
    assert threats_of(StrategyConformance, "test_normalize_is_pure") == ()


def test_a_strategy_that_is_not_the_loaded_one_is_found_out() -> None:
    class Other(Good):
        pass

    exchange = start(GoodSuite(), GoodSimulator(clock=lambda: 0).settings("http://127.0.0.1:9"))
    check_loaded(exchange, "kit-good", Good)
    with pytest.raises(AssertionError, match="is another one installed"):
        check_loaded(exchange, "kit-good", Other)


def test_a_check_that_does_not_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Waits(Suite):
        @check
        async def test_it(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(suite, "LONGEST_S", 0)
    with pytest.raises(pytest.fail.Exception, match="no end after 240 s: something waits for ever"):
        Waits().test_it()


def test_a_time_out_of_a_strategys_own_is_shown_where_it_was() -> None:
    class Raises(Suite):
        @check
        async def test_it(self) -> None:
            raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        Raises().test_it()
