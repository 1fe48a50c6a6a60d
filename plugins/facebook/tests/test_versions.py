"""Versions of the Graph API end on announced days; and the app's credentials can be checked by themselves."""

import datetime as dt
from typing import Any

import pytest

from accredit.errors import (
    ExchangeError,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.testing import exchange_for
from accredit_facebook.settings import FacebookSettings, graph_version
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.strategy import FacebookStrategy

APP_TOKEN = "100000000000042|sim-facebook-secret-of-ours"


@pytest.mark.parametrize(
    ("name", "ends_on"),
    [
        ("v19.0", dt.date(2026, 5, 21)),
        ("v20.0", dt.date(2026, 9, 24)),
        ("v21.0", dt.date(2027, 1, 21)),
        ("v22.0", dt.date(2027, 5, 20)),
        ("v23.0", dt.date(2027, 10, 8)),
        ("v24.0", dt.date(2028, 2, 18)),
        ("v25.0", dt.date(2028, 7, 29)),
        ("v26.0", None),
    ],
)
def test_a_listed_version_ends_when_facebook_says(name: str, ends_on: dt.date | None) -> None:
    version = graph_version(name)

    assert (version.name, version.ends_on, version.is_known) == (name, ends_on, True)
    assert version.source == "https://developers.facebook.com/docs/graph-api/changelog/versions"


@pytest.mark.parametrize("name", ["v18.0", "v3.2", "v2.12"])
def test_one_older_than_the_list_ended_no_later_than_its_first(name: str) -> None:
    version = graph_version(name)

    assert (version.ends_on, version.is_known) == (dt.date(2026, 5, 21), True)


@pytest.mark.parametrize("name", ["v27.0", "v25.1", "v100.0"])
def test_one_that_is_not_listed_is_unknown_and_has_no_end(name: str) -> None:
    version = graph_version(name)

    assert (version.ends_on, version.is_known) == (None, False)


def test_the_configured_version_counts() -> None:
    table = {"app_id": "1", "app_secret": "s", "api_version": "v21.0"}

    assert FacebookStrategy(FacebookSettings.model_validate(table)).api_version.name == "v21.0"


async def check(simulator: FacebookSimulator, facebook: Any, **connection: Any) -> None:
    async with exchange_for(simulator, connection=connection, transport=facebook) as exchange:
        one = exchange.engine.connections["facebook"]
        await one.strategy.check_credentials(exchange.engine.context(one))


async def test_good_credentials_pass_with_one_call_of_our_own_token(
    simulator: FacebookSimulator, facebook: Any
) -> None:
    await check(simulator, facebook)

    [request] = facebook.requests.values()
    assert request.url.path == "/v25.0/debug_token"
    assert request.headers["authorization"] == f"Bearer {APP_TOKEN}"
    assert request.url.params["input_token"] == APP_TOKEN


@pytest.mark.parametrize("wrong", [{"app_secret": "wrong"}, {"app_id": "1"}])
async def test_a_wrong_id_or_secret_is_ours_to_correct(
    simulator: FacebookSimulator, facebook: Any, wrong: dict[str, str]
) -> None:
    with pytest.raises(ProviderMisconfigured) as refused:
        await check(simulator, facebook, **wrong)

    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, False, ProviderUnavailable),
        (200, {"data": []}, ProviderUnavailable),
        (500, {"data": {}}, ProviderUnavailable),
        (400, {"error": {"code": 4}}, ProviderQuotaExhausted),
        (400, {"error": {"code": 17}}, ProviderRateLimited),
        (400, {"error": {"code": 101}}, ProviderMisconfigured),
        # Our server's address is not on the app's allow list: not an outage that passes.
        (400, {"error": {"code": 5, "message": "(#5) Unauthorized source IP address"}}, ProviderMisconfigured),
        (400, {"error": {"code": 987}}, UnlistedRefusal),
    ],
)
async def test_any_other_answer_is_judged_as_in_a_login(
    simulator: FacebookSimulator, facebook: Any, status: int, body: Any, error: type[ExchangeError]
) -> None:
    facebook.says("debug_token", body, status=status)

    with pytest.raises(ExchangeError) as refused:
        await check(simulator, facebook)

    assert type(refused.value) is error
