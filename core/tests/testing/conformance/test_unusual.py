"""What is right and unusual passes the checks that look at it; what is wrong in the same shape does not."""

import pytest
from core.tests.testing.conformance.good import GoodSimulator, GoodSuite
from core.tests.testing.conformance.shapes import suite_of
from core.tests.testing.conformance.unusual import (
    Asked,
    AskedSimulator,
    AsksNobody,
    BelievesWhatItRedeems,
    DoesNotListen,
    Paired,
    PairedSimulator,
    Redeems,
    RedeemsSimulator,
    TakesAddressesForParts,
    TakesEverySubject,
    Tenanted,
    TenantedSimulator,
)

pytestmark = pytest.mark.slow

MINTED = "test_a_connection_with_a_key_set_has_simulated_id_tokens"
SUBJECT = "test_a_subject_is_required"
OTHER_CLAIMS = "test_no_claim_but_the_subject_makes_somebody_else"
MISBEHAVES = "test_a_provider_that_misbehaves_is_unavailable"
LETTERS = "test_ids_are_the_providers_letter_for_letter"

RIGHT = [
    *((suite_of(Tenanted, TenantedSimulator), check) for check in (SUBJECT, OTHER_CLAIMS, LETTERS)),
    *((suite_of(Asked, AskedSimulator), check) for check in (MINTED, LETTERS)),
    *((suite_of(Redeems, RedeemsSimulator), check) for check in (MINTED, LETTERS)),
    *((suite_of(Paired, PairedSimulator), check) for check in (MISBEHAVES, LETTERS)),
]
WRONG = [
    (suite_of(TakesAddressesForParts, TenantedSimulator), OTHER_CLAIMS, "after a change of email"),
    (suite_of(TakesEverySubject, GoodSimulator), SUBJECT, "accepted: sub is"),
    (suite_of(AsksNobody, AskedSimulator), MINTED, "without being sent to the provider"),
    (suite_of(BelievesWhatItRedeems, RedeemsSimulator), MINTED, "accepted: an ID token without a signature"),
    (suite_of(DoesNotListen, AskedSimulator), MINTED, "although the provider does not verify it"),
]


@pytest.mark.parametrize(("suite", "check"), RIGHT)
@pytest.mark.slow
def test_a_right_strategy_passes_what_looks_at_its_shape(suite: type[GoodSuite], check: str) -> None:
    getattr(suite(), check)()


@pytest.mark.threat(8, 26, 46)
@pytest.mark.parametrize(("suite", "check", "said"), WRONG)
def test_a_wrong_one_of_the_same_shape_does_not(suite: type[GoodSuite], check: str, said: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=said):
        getattr(suite(), check)()
