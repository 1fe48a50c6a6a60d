"""Codes at a connection that lacks the settings to exchange them: one refusal everywhere, which names the settings."""

from importlib.metadata import entry_points
from typing import Any

import pytest

from accredit.errors import InvalidParameter
from accredit.testing import ACCEPTED, Between, Sample, exchange_for, installed_simulators

SIMULATORS = installed_simulators()
STRATEGIES = {
    name: strategy
    for name in SIMULATORS
    for entry in entry_points(group="accredit.strategies", name=name)
    for strategy in entry.load().strategies()
}
WITH_CODES = [name for name, strategy in STRATEGIES.items() if "code" in strategy.accepts]
NEEDS = {
    "apple": "team_id, key_id and private_key",
    "discord": "client_secret",
    "google-oauth2": "web_client_id and web_client_secret",
    "kakao": "client_id",
    "line": "channel_secret",
    "microsoft": "client_secret and token_url",
    "oidc": "client_secret or private_key",
    "twitter": "oauth2_client_id",
}
"""What an operator may leave out at a connection that takes no codes."""


async def log_in(name: str, *, redirects: bool = True, **connection: Any) -> Between:
    """Log in with the first good code of a simulator, and return what stood between."""
    simulator = SIMULATORS[name]()
    good = [one for one in simulator.samples() if one.expected == ACCEPTED]
    sample: Sample = next((one for one in good if one.field == "code"), good[0])
    parameters = {key: one for key, one in sample.parameters.items() if redirects or key != "redirect_uri"}
    between = Between(simulator)
    async with exchange_for(simulator, connection=connection, transport=between) as exchange:
        try:
            await exchange.verify(name, sample.handed(parameters))
        except InvalidParameter as error:
            assert between.requests == []
            raise error from None
    return between


def nothing_optional(name: str) -> dict[str, Any]:
    """Return a connection's settings without whatever may be left out."""
    fields = STRATEGIES[name].settings_type.model_fields
    return {key: None for key, field in fields.items() if field.default is None}


def test_each_of_them_takes_codes() -> None:
    assert set(NEEDS) <= set(WITH_CODES)


@pytest.mark.parametrize("name", NEEDS)
async def test_codes_are_refused_in_one_way_that_names_the_missing_settings(name: str) -> None:
    with pytest.raises(InvalidParameter) as raised:  # some settings refuse redirect URIs that nothing could use
        await log_in(name, redirects=False, redirect_uris=[], **nothing_optional(name))
    error = raised.value
    assert (error.status, error.description) == (400, "invalid code parameter")
    assert error.detail == f"code: needs {NEEDS[name]} in the settings"
    words = NEEDS[name].replace(",", "").split()
    assert {one for one in words if one not in {"and", "or"}} <= set(nothing_optional(name))


@pytest.mark.parametrize("name", NEEDS)
async def test_codes_are_exchanged_where_the_settings_are_there(name: str) -> None:
    assert (await log_in(name)).requests != []


@pytest.mark.parametrize("name", [name for name in WITH_CODES if name not in NEEDS])
async def test_of_others_no_setting_that_codes_need_can_be_left_out(name: str) -> None:
    assert (await log_in(name, **nothing_optional(name))).requests != []
