"""What `accredit doctor` says about our app at Facebook, and what it tells to do."""

from typing import Any

import pytest

from accredit.cli.checkup.credentials import examine_credentials
from accredit.cli.checkup.finding import Finding
from accredit.testing import exchange_for
from accredit_facebook.simulator import FacebookSimulator


async def examine(simulator: FacebookSimulator, facebook: Any, **connection: Any) -> Finding:
    async with exchange_for(simulator, connection=connection, transport=facebook) as exchange:
        return await examine_credentials(exchange.engine.connections["facebook"], exchange)


async def test_all_is_well_where_facebook_knows_our_app(simulator: FacebookSimulator, facebook: Any) -> None:
    assert (await examine(simulator, facebook)).status == "ok"


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("code", "message", "what"),
    [
        (5, "(#5) Unauthorized source IP address", "provider_misconfigured (debug_token: code 5, status 400)"),
        (
            200,
            "API access deactivated. To reactivate, go to the app dashboard.",
            "provider_misconfigured (debug_token: code 200 api access deactivated, status 400)",
        ),
        (190, "Invalid OAuth access token signature.", "provider_misconfigured (debug_token: code 190, status 400)"),
    ],
)
async def test_a_closed_door_is_no_outage_that_passes(
    simulator: FacebookSimulator, facebook: Any, code: int, message: str, what: str
) -> None:
    facebook.says("debug_token", {"error": {"code": code, "message": message}}, status=400)
    finding = await examine(simulator, facebook)
    assert (finding.status, finding.what) == ("fail", f"the provider refuses our app: {what}")
    assert finding.change is not None
    assert "whether the app is live and our server may call it" in finding.change


async def test_a_used_up_quota_is_called_so(simulator: FacebookSimulator, facebook: Any) -> None:
    facebook.says("debug_token", {"error": {"code": 4}}, status=403)
    finding = await examine(simulator, facebook)
    assert (finding.status, "quota of our app" in finding.what) == ("fail", True)


async def test_a_code_that_nobody_has_listed_is_to_be_looked_up(simulator: FacebookSimulator, facebook: Any) -> None:
    facebook.says("debug_token", {"error": {"code": 987}}, status=400)
    finding = await examine(simulator, facebook)
    assert finding.status == "fail"
    assert "no line for code 987" in finding.what


async def test_an_outage_passes(simulator: FacebookSimulator, facebook: Any) -> None:
    facebook.says("debug_token", {"error": {"code": 2, "is_transient": True}}, status=500)
    finding = await examine(simulator, facebook)
    assert (finding.status, finding.change) == ("warn", "run this again later")
