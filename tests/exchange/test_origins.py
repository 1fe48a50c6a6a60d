"""Each claim that any connection makes of its good samples has an origin, or is known to be the strategy's own."""

import dataclasses

import pytest
from tests.conftest import STRATEGIES

from accredit.explaining.origins import origins
from accredit.explaining.witness import witness
from accredit.models import Verification
from accredit.testing import ACCEPTED, exchange_for, installed_simulators

OWN = {
    "apple": "a school's address comes without a word of who has verified it",
    "facebook": "it never says that it has verified an address",
    "google-oauth2": "a text is no clear yes, whichever it is",
    "kakao": "an ID token does not say so",
    "line": "an ID token does not say so",
    "linkedin": "a text is no clear yes, whichever it is",
    "microsoft": "addresses are believed by the settings",
    "naver": "it vouches for none but its own",
    "twitter": "it hands out none that it has not verified",
    "weibo": "it never says that it has verified an address",
}
"""Where some good answer does not decide `email_verified`, and why. No other claim is ever a strategy's own."""
SOME = {
    "apple": ("first-ada", "given_name", ("name.firstName",)),
    "discord": ("good-ada", "picture", ("avatar", "(user id)")),
    "facebook": ("good-ada", "picture", ("picture.data.url",)),
    "github": ("good-ada", "email", ("addresses[1].email", "addresses[1].verified")),
    "kakao": ("good-ada", "nickname", ("kakao_account.profile.nickname",)),
    "oidc": ("id_token-good-ada", "name", ("name",)),
    "weibo": ("good-ada", "profile", ("(user id)",)),
}


@pytest.mark.parametrize("name", STRATEGIES)
async def test_each_claim_has_an_origin_or_is_the_strategys_own(name: str) -> None:
    heard: list[object] = []
    simulator = installed_simulators()[name]()
    own: set[str] = set()
    found = {}
    async with exchange_for(simulator) as exchange:
        providers = exchange.engine.providers
        connection = providers.connections[name]
        heard_by = witness(connection.strategy, lambda said, _: heard.append(said))
        providers.connections = {name: dataclasses.replace(connection, strategy=heard_by)}
        for sample in simulator.samples():
            if sample.expected != ACCEPTED:
                continue
            identity = await exchange.verify(name, simulator.fresh(sample).handed())
            said = heard[-1]
            assert isinstance(said, Verification)
            before = repr(said.claims)
            came = origins(connection.strategy, said)
            assert came is not None
            assert list(came) == list(identity.profile.claims())
            assert repr(said.claims) == before
            own |= {claim for claim, paths in came.items() if not paths}
            found[sample.name] = came
    assert own == ({"email_verified"} if name in OWN else set())
    if name in SOME:
        sample_name, claim, paths = SOME[name]
        assert found[sample_name][claim] == paths
