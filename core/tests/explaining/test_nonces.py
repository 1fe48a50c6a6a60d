"""A refusal for the nonce is told as that, and not as one of a bad token."""

from itertools import product
from typing import get_args

import pytest
from pydantic import SecretStr

from accredit.errors import InvalidProviderToken
from accredit.explaining.reasons import REASONS, words_of
from accredit.provider.nonce import NonceCheck
from accredit.settings import NoncePolicy

POLICIES: tuple[NoncePolicy, ...] = get_args(NoncePolicy)


def detail_of(policy: NoncePolicy, sent: str | None, claimed: str | None) -> str | None:
    """Return why a nonce is refused; None where it is not."""
    try:
        NonceCheck(policy, None if sent is None else SecretStr(sent))(claimed)
    except InvalidProviderToken as error:
        return error.detail
    return None


DETAILS = {
    f"{policy}, sent {sent}, claimed {claimed}": detail
    for policy, sent, claimed in product(POLICIES, (None, "mine"), (None, "mine", "another"))
    if (detail := detail_of(policy, sent, claimed)) is not None
}


@pytest.mark.parametrize("case", DETAILS)
def test_each_refusal_for_a_nonce_has_the_words_of_that(case: str) -> None:
    words = words_of("invalid_token", DETAILS[case])
    assert words is not None
    assert words.title == "The nonce of the token is not that of this login"


def test_all_policies_refuse_something_and_a_bad_token_keeps_its_own_words() -> None:
    assert {case.partition(",")[0] for case in DETAILS} == set(POLICIES)
    assert words_of("invalid_token", "no such user") == REASONS["invalid_token"]
