"""What may happen so often, or once, is counted at all nodes together."""

import asyncio
import itertools
import time
import uuid
from collections import Counter

import pytest
from tests.faults.servers import Answer, Client
from tests.nodes.node import Node
from tests.nodes.site import API, ISSUER, OF_ONE_USER, ROBOT, Site
from tests.nodes.visitor import log_in

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

AT_ONCE = 12


@pytest.mark.threat(17)
async def test_a_limit_holds_at_all_nodes_together(site: Site) -> None:
    number, asked = next(site.numbers), OF_ONE_USER + 40
    nodes = itertools.cycle(site.nodes)
    statuses: Counter[int] = Counter()
    for _ in range(asked // AT_ONCE):
        answers = await asyncio.gather(*(log_in(node, number) for node in itertools.islice(nodes, AT_ONCE)))
        statuses.update(answer.status for answer in answers)
    assert statuses == {200: OF_ONE_USER, 429: asked - OF_ONE_USER}
    assert (await log_in(site.nodes[0], next(site.numbers))).status == 200


async def ask_as_robot(node: Node, assertion: str) -> Answer:
    client = Client(node.server.port)
    parameters = {
        "grant_type": "client_credentials",
        "client_id": ROBOT,
        "audience": API,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    try:
        return await client.ask("/oauth/token", parameters)
    finally:
        client.leave()


async def test_a_signed_assertion_is_good_once_at_all_nodes_together(site: Site) -> None:
    for _ in range(5):
        claims = {"iss": ROBOT, "sub": ROBOT, "aud": ISSUER, "exp": int(time.time()) + 60, "jti": uuid.uuid4().hex}
        assertion = site.robot_key.sign(claims, typ="JWT")
        answers = await asyncio.gather(*(ask_as_robot(node, assertion) for node in site.nodes * 3))
        assert Counter(answer.status for answer in answers) == {200: 1, 401: len(answers) - 1}
