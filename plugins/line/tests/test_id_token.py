from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, ProviderMisconfigured, WrongAudience
from accredit.models import Identity
from accredit.testing import person
from accredit_line.simulator import LineSimulator
from accredit_line.simulator.tokens import CHANNEL_SECRET, FOREIGN

Verify = Callable[..., Awaitable[Identity]]

ADA = f"U{1_000_000_000_000_001:032x}"
CHANNEL = "1440057261"


async def test_an_id_token_of_an_app_costs_the_keys_and_shows_an_unverified_address(
    verify: Verify, simulator: LineSimulator, requests: list[httpx.Request], now: int
) -> None:
    identity = await verify(simulator.id_tokens.mint(person("ada")))
    assert (identity.user_id, identity.audience) == (ADA, JwtAudience((CHANNEL,)))
    assert identity.expires_at == now + 3600
    claims = identity.profile.claims()
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", False)
    assert [one.url.path for one in requests] == ["/oauth2/v2.1/certs"]


async def test_an_id_token_of_a_web_login_is_accepted_where_the_operator_says_so_and_asks_nobody(
    verify: Verify, simulator: LineSimulator, requests: list[httpx.Request]
) -> None:
    web = simulator.web_id_tokens.mint(person("ada"), changes={"nonce": "n-1"})
    assert (await verify(web, nonce="n-1", signing_alg="HS256")).user_id == ADA
    assert requests == []
    with pytest.raises(InvalidProviderToken):
        await verify(web, nonce="n-2", signing_alg="HS256")


@pytest.mark.threat(6)
async def test_each_kind_is_refused_where_the_other_one_is_expected(verify: Verify, simulator: LineSimulator) -> None:
    native, web = simulator.id_tokens.mint(person("ada")), simulator.web_id_tokens.mint(person("ada"))
    with pytest.raises(InvalidProviderToken):
        await verify(web)
    with pytest.raises(InvalidProviderToken):
        await verify(native, signing_alg="HS256")


@pytest.mark.threat(6)
async def test_the_public_key_is_never_the_secret(verify: Verify, simulator: LineSimulator) -> None:
    forged = simulator.id_tokens.mint(person("ada"), header={"alg": "HS256"})
    for alg in ("ES256", "HS256"):
        with pytest.raises(InvalidProviderToken):
            await verify(forged, signing_alg=alg)


@pytest.mark.threat(1)
@pytest.mark.parametrize("alg", ["ES256", "HS256"])
async def test_an_id_token_of_another_channel_is_refused(verify: Verify, simulator: LineSimulator, alg: str) -> None:
    issuer = simulator.id_tokens if alg == "ES256" else simulator.web_id_tokens
    with pytest.raises(WrongAudience):
        await verify(issuer.mint(person("ada"), changes={"aud": FOREIGN}), signing_alg=alg)


async def test_another_channels_secret_signs_nobody_in_and_a_short_one_is_our_fault(
    verify: Verify, simulator: LineSimulator
) -> None:
    token = simulator.web_id_tokens.mint(person("ada"))
    with pytest.raises(InvalidProviderToken):
        await verify(token, signing_alg="HS256", channel_secret="0" * 32)
    with pytest.raises(ProviderMisconfigured):
        await verify(token, signing_alg="HS256", channel_secret=CHANNEL_SECRET[:31])
