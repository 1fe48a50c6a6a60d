"""What all nodes share fails or cannot be reached, under load: nothing is lost, and all goes on by itself."""

import pytest
from tests.nodes import server_scenarios
from tests.nodes.servers_site import ServersSite
from tests.nodes.verdicts import GOOD, REFUSED, assert_nothing_is_lost_or_doubled

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_a_restart_of_postgres_costs_answers_and_nothing_else(site: ServersSite) -> None:
    trial = await server_scenarios.postgres_is_restarted(site)
    assert trial.kinds <= GOOD | REFUSED
    await assert_nothing_is_lost_or_doubled(site, trial)


async def test_a_promoted_standby_has_all_that_was_answered(site: ServersSite) -> None:
    trial = await server_scenarios.postgres_fails_over(site)
    assert trial.kinds <= GOOD | REFUSED
    await assert_nothing_is_lost_or_doubled(site, trial)


async def test_a_node_that_is_cut_off_from_postgres_is_passed_over_until_it_is_back(site: ServersSite) -> None:
    trial = await server_scenarios.a_node_loses_postgres(site)
    assert trial.kinds <= GOOD | REFUSED
    await assert_nothing_is_lost_or_doubled(site, trial)


async def test_a_restart_of_valkey_costs_nobody_a_login(site: ServersSite) -> None:
    trial = await server_scenarios.valkey_is_restarted(site)
    assert trial.kinds == GOOD
    await assert_nothing_is_lost_or_doubled(site, trial)


async def test_a_shared_cache_that_does_not_answer_costs_nobody_a_login(site: ServersSite) -> None:
    trial = await server_scenarios.all_nodes_lose_valkey(site)
    assert trial.kinds == GOOD
    await assert_nothing_is_lost_or_doubled(site, trial)


async def test_a_shared_cache_that_answers_late_costs_nobody_a_login(site: ServersSite) -> None:
    trial = await server_scenarios.valkey_answers_late(site)
    assert trial.kinds == GOOD
    await assert_nothing_is_lost_or_doubled(site, trial)
