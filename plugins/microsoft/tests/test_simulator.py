import httpx
import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, exchange_for
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.tokens import TEMPLATE, issuer
from accredit_microsoft.tenants import CONSUMERS


async def test_every_sample_has_the_outcome_it_announces(simulator: MicrosoftSimulator, now: int) -> None:
    samples = simulator.samples()
    assert len({sample.name for sample in samples}) == len(samples)
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        for sample in samples:
            token = simulator.fresh(sample).handed()
            if sample.expected == ACCEPTED:
                identity = await exchange.verify("microsoft", token)
                assert {"sub": f"microsoft|{identity.user_id}", **identity.profile.claims()} == sample.claims
            elif sample.name == "stranger-ada":  # an unknown key, asked for too soon after the last fetch
                with pytest.raises(ExchangeError):
                    await exchange.verify("microsoft", token)
            else:
                with pytest.raises(ExchangeError) as caught:
                    await exchange.verify("microsoft", token)
                assert caught.value.reason == sample.expected, sample.name


async def test_each_key_says_for_whom_it_signs(simulator: MicrosoftSimulator) -> None:
    transport = httpx.ASGITransport(simulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9") as microsoft:
        answer = await microsoft.get("/common/discovery/v2.0/keys")
        simulator.id_tokens.keys_down = True
        try:
            assert (await microsoft.get("/common/discovery/v2.0/keys")).status_code == 503
        finally:
            simulator.id_tokens.keys_down = False
    assert [key["issuer"] for key in answer.json()["keys"]] == [TEMPLATE, issuer(CONSUMERS)]
    assert "max-age" in answer.headers["cache-control"]
