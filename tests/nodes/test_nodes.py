"""Nodes end under load, in peace or not: what was given is stored, once, and the others go on."""

import pytest
from tests.nodes import scenarios
from tests.nodes.site import Site
from tests.nodes.verdicts import GOOD, LOST, REFUSED, assert_nothing_is_lost_or_doubled

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_a_node_that_is_killed_and_replaced_takes_nothing_with_it(site: Site) -> None:
    trial = await scenarios.a_node_is_killed_and_replaced(site)
    assert trial.kinds <= GOOD | REFUSED | LOST
    await assert_nothing_is_lost_or_doubled(site, trial)


async def test_a_rolling_restart_loses_no_request(site: Site) -> None:
    trial = await scenarios.all_nodes_are_restarted_in_turn(site)
    assert trial.kinds == GOOD
    await assert_nothing_is_lost_or_doubled(site, trial)
