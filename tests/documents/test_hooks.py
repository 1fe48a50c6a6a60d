"""The example of the page about hooks, as a host would use it."""

import re
from typing import Any

import pytest
from core.tests.bench import bench
from tests.documents.blocks import ROOT, blocks

PAGE = (ROOT / "docs/guides/hooks.md").read_text("utf-8")


@pytest.fixture
def house() -> Any:
    """Return an object of the class `House` that the page shows."""
    [block] = [one for one in blocks("python") if one.page == "docs/guides/hooks.md" and "class House" in one.code]
    names: dict[str, Any] = {"__name__": "house"}
    exec(compile(block.code.replace("asyncio.run(main())", ""), str(block), "exec"), names)
    return names["House"]()


@pytest.mark.parametrize("scope", ["offline_access", "openid offline_access", "openid email offline_access"])
async def test_a_user_who_shares_an_address_stays_logged_in_whatever_the_scopes(house: Any, scope: str) -> None:
    async with bench(plugins=[house]) as wire:
        login = (await wire.post(scope=scope)).json()
        refresh = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": login["refresh_token"]}
        refreshed = await wire.client.post("/oauth/token", data=refresh)
        assert (refreshed.status_code, refreshed.json().get("error_description")) == (200, None)


async def test_a_user_who_shares_no_address_is_refused_in_the_houses_words(house: Any) -> None:
    async with bench(plugins=[house]) as wire:
        wire.provider.people["shy-token"] = {**wire.provider.people["good-token"], "email": None}
        refused = await wire.post(access_token="shy-token")
        assert (refused.status_code, refused.json()["error_description"]) == (401, "please share your e-mail address")


def test_every_hook_has_one_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert len(rows) == len(set(rows)) >= 7
