"""Each simulator shows at its root what there is to try."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute

from accredit.testing import ACCEPTED, FAULTS, PEOPLE, InProcess, Sample, Simulator
from accredit.testing.simulator.page import connection_toml

BASE = "http://127.0.0.1:9000"


class AcmeSimulator(Simulator):
    strategy = "acme"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"app_ids": ["1", "2"], "api_url": base_url, "app_secret": 's"é\n', "level": 3, "strict": True}

    def routes(self) -> Sequence[BaseRoute]:
        return []

    def samples(self) -> Sequence[Sample]:
        good = {"access_token": "t-good"}
        return [
            Sample(name="good", about="Ada <b>", parameters=good, expected=ACCEPTED, claims={"sub": "acme|1"}),
            Sample(name="bad", about="no good", parameters={"access_token": "t&bad"}, expected="invalid_token"),
        ]


class Metered(AcmeSimulator):
    def other_tokens(self) -> Mapping[str, str]:
        return {"t-metered": "good for a while"}


async def page(simulator: Simulator, accept: str) -> httpx.Response:
    transport = InProcess({BASE: simulator.app()})
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Accept": accept}) as http:
        return await http.get("/")


async def test_as_json_it_holds_everything() -> None:
    answer = await page(Metered(), "application/json")
    contents = answer.json()
    assert contents["strategy"] == "acme"
    assert contents["connection"] == Metered().settings(BASE)
    assert [one["key"] for one in contents["people"]] == [one.key for one in PEOPLE]
    assert contents["samples"][0] == {
        "name": "good",
        "about": "Ada <b>",
        "parameters": {"access_token": "t-good"},
        "expected": ACCEPTED,
        "claims": {"sub": "acme|1"},
    }
    assert contents["other_tokens"] == {"t-metered": "good for a while"}
    assert contents["faults"] == dict(FAULTS)


@pytest.mark.parametrize("accept", ["*/*", "", "text/html,application/xhtml+xml", "text/html, application/json;q=0.9"])
async def test_for_people_it_is_html_and_what_it_shows_is_text(accept: str) -> None:
    answer = await page(AcmeSimulator(), accept)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for shown in ("Ada &lt;b&gt;", "t&amp;bad", "invalid_token", "gzip-bomb", "Grace Hopper", f"&quot;{BASE}&quot;"):
        assert shown in answer.text
    assert "<b>" not in answer.text
    assert "More tokens" not in answer.text
    assert "good for a while" in (await page(Metered(), accept)).text


def test_a_connection_table_can_be_pasted_whatever_is_in_it() -> None:
    settings = AcmeSimulator().settings(BASE)
    assert tomllib.loads(connection_toml("acme", settings)) == {"connections": {"acme": settings}}
