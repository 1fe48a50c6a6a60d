"""Who stands between an exchange and a simulator sees every request, and answers those that a test wants answered."""

import httpx
import pytest
from core.tests.testing.conformance.good import GoodSimulator

from accredit.testing import BASE_URL, Between

FORM = {"access_token": "kit-sim-good-ada"}
HEADERS = {"X-Secret": "kit-app-secret-not-real"}


@pytest.fixture
def between() -> Between:
    return Between(GoodSimulator(clock=lambda: 0))


async def me(between: Between) -> httpx.Response:
    async with httpx.AsyncClient(transport=between, base_url=BASE_URL) as client:
        return await client.post("/me", data=FORM, headers=HEADERS)


async def test_the_simulator_answers_what_nobody_answers_in_its_place(between: Between) -> None:
    between.instead["/you"] = (500, b"")
    assert (await me(between)).json()["app_id"] == "4200"
    assert between.paths == ["/me"]
    assert between.requests[0].headers["x-secret"] == HEADERS["X-Secret"]


@pytest.mark.parametrize(("body", "content"), [({"a": 1}, b'{"a": 1}'), (b"<p>", b"<p>"), ("ü", "ü".encode())])
async def test_an_answer_is_put_in_the_place_of_the_simulators(between: Between, body: object, content: bytes) -> None:
    between.instead["/me"] = (418, body, {"Retry-After": "7"})
    answer = await me(between)
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (418, content, "7")
    assert between.paths == ["/me"]


async def test_several_may_share_one_list_of_requests(between: Between) -> None:
    other = Between(GoodSimulator(clock=lambda: 0), requests=between.requests)
    for one in (between, other):
        await me(one)
    assert between.paths == other.paths == ["/me", "/me"]


async def test_fields_of_the_simulators_answer_are_changed_or_dropped() -> None:
    usual = (await me(Between(GoodSimulator(clock=lambda: 0)))).json()
    changed = await me(Between(GoodSimulator(clock=lambda: 0), {"/me": {"id": None, "app_id": ..., "more": 1}}))
    rest = {name: value for name, value in usual.items() if name not in {"id", "app_id"}}
    assert changed.json() == {"id": None, **rest, "more": 1}
    assert changed.status_code == 200
