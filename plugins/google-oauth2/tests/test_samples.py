import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, exchange_for
from accredit_google_oauth2.simulator import GoogleSimulator

pytestmark = pytest.mark.slow

NAMES = [sample.name for sample in GoogleSimulator(clock=lambda: 0).samples()]


@pytest.mark.parametrize("name", NAMES)
async def test_every_sample_has_the_outcome_it_announces(simulator: GoogleSimulator, now: int, name: str) -> None:
    (sample,) = [one for one in simulator.samples() if one.name == name]
    token = sample.handed()
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        if sample.expected == ACCEPTED:
            identity = await exchange.verify("google-oauth2", token)
            claims = {"sub": f"google-oauth2|{identity.user_id}", **identity.profile.claims()}
            assert claims == sample.claims
        else:
            with pytest.raises(ExchangeError) as caught:
                await exchange.verify("google-oauth2", token)
            assert caught.value.reason == sample.expected
            assert sample.credential not in repr(caught.value)


def test_samples_begin_with_the_good_tokens_of_every_person() -> None:
    assert NAMES[: len(PEOPLE)] == [f"good-{one.key}" for one in PEOPLE]


def test_sample_names_are_unique_and_cover_every_refusal_for_every_person() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for refusal in ("expired", "revoked", "foreign_app"):
        assert {f"{refusal}-{one.key}" for one in PEOPLE} <= set(NAMES)
