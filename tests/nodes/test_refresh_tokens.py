"""A refresh token is used once, wherever it is shown: at many nodes at once, and at one after the other."""

import pytest
from tests.nodes.site import Site
from tests.nodes.visitor import at_all, good, log_in, refresh, userinfo

from accredit.storage.ports.sessions import MOST_SUCCESSORS

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ROUNDS = 5
REFUSED = (403, "invalid_grant")


@pytest.mark.threat(30)
async def test_a_refresh_token_that_all_nodes_are_shown_at_once_has_one_successor(site: Site) -> None:
    for _ in range(ROUNDS):
        login = await log_in(site.nodes[0], next(site.numbers), client_id="strict")
        answers = await at_all(site.nodes, 4, login.body["refresh_token"], client_id="strict")
        [winner] = good(answers)
        refused = {(answer.status, answer.body["error"]) for answer in answers if answer is not winner}
        assert refused == {REFUSED}
        # The others were reuse: whoever won may be a thief.
        for node in site.nodes:
            assert (await refresh(node, winner.body["refresh_token"], client_id="strict")).status == 403
            assert await userinfo(node, winner.body["access_token"]) == 401


@pytest.mark.threat(42)
async def test_within_its_leeway_a_refresh_token_has_a_handful_of_successors_at_all_nodes_together(site: Site) -> None:
    for _ in range(ROUNDS):
        login = await log_in(site.nodes[0], next(site.numbers))
        some = good(await at_all(site.nodes, 1, login.body["refresh_token"]))
        assert len(some) == len(site.nodes) < MOST_SUCCESSORS
        more = await at_all(site.nodes, 3, login.body["refresh_token"])
        assert len(good(more)) == MOST_SUCCESSORS - len(some)
        assert {answer.status for answer in more} == {200, 403}
        for node, answer in zip(site.nodes, some, strict=True):
            assert (await refresh(node, answer.body["refresh_token"])).status == 403


@pytest.mark.threat(30)
async def test_reuse_at_one_node_ends_the_session_at_all_nodes(site: Site) -> None:
    first, second, third = site.nodes
    login = await log_in(first, next(site.numbers), client_id="strict")
    renewed = await refresh(second, login.body["refresh_token"], client_id="strict")
    assert renewed.status == 200
    assert [await userinfo(node, renewed.body["access_token"]) for node in site.nodes] == [200] * 3
    assert (await refresh(third, login.body["refresh_token"], client_id="strict")).status == 403
    for node in site.nodes:
        assert (await refresh(node, renewed.body["refresh_token"], client_id="strict")).status == 403
        assert await userinfo(node, renewed.body["access_token"]) == 401
