"""Everything the simulator hands out comes to what it says."""

from collections import Counter
from collections.abc import Awaitable, Callable

from accredit.errors import ExchangeError
from accredit.models import Identity
from accredit.testing import ACCEPTED, PEOPLE, Sample
from accredit_facebook.simulator import FacebookSimulator

Verify = Callable[..., Awaitable[Identity]]


async def _outcome(sample: Sample, verify: Verify) -> object:
    try:
        identity = await verify(sample.handed())
    except ExchangeError as error:
        return error.reason
    return {"sub": f"facebook|{identity.user_id}", **identity.profile.claims()}


async def test_every_sample_has_its_expected_outcome_and_claims(simulator: FacebookSimulator, verify: Verify) -> None:
    samples = simulator.samples()
    expected = {one.name: dict(one.claims) if one.expected == ACCEPTED else one.expected for one in samples}
    assert {one.name: await _outcome(one, verify) for one in samples} == expected


def test_sample_names_and_tokens_are_unique(simulator: FacebookSimulator) -> None:
    samples = simulator.samples()
    assert max(Counter(one.name for one in samples).values()) == 1
    tokens = [one.credential for one in samples if "nonce" not in one.parameters]
    assert max(Counter(tokens).values()) == 1


def test_samples_begin_with_the_complete_person(simulator: FacebookSimulator) -> None:
    first = simulator.samples()[0]
    assert (first.name, first.parameters) == ("good-ada", {"access_token": "EAAsim-good-ada"})


def test_every_person_has_a_good_an_expired_a_revoked_and_a_foreign_token(simulator: FacebookSimulator) -> None:
    expected = {sample.name: sample.expected for sample in simulator.samples()}
    kinds = {
        "good": ACCEPTED,
        "expired": "invalid_token",
        "revoked": "invalid_token",
        "foreign_app": "wrong_audience",
        "limited_login_good": ACCEPTED,
    }
    wanted = {f"{kind}-{one.key}": outcome for one in PEOPLE for kind, outcome in kinds.items()}
    assert wanted.items() <= expected.items()


def test_samples_cover_every_kind_of_provider_refusal(simulator: FacebookSimulator) -> None:
    assert {sample.expected for sample in simulator.samples()} == {
        ACCEPTED,
        "invalid_token",
        "wrong_audience",
        "missing_permission",
        "provider_user_blocked",
        "provider_misconfigured",
        "provider_rate_limited",
        "provider_quota_exhausted",
        "unlisted_refusal",
        "provider_unavailable",
    }
