"""What must come of a sample, said once for the kit and for the demonstration."""

from typing import Any

import pytest

from accredit.errors import MissingParameter
from accredit.testing import ACCEPTED, Sample
from accredit.testing.verdict import verdict_of, verdict_of_error


def sample(expected: str, **given: Any) -> Sample:
    return Sample(name="one", about="", expected=expected, **{"parameters": {"access_token": "t"}, **given})


def contradictions(one: Sample, **came: Any) -> list[str]:
    answer: dict[str, Any] = {"status": 200, "reasons": ["ok"], "body": {}, "claims": {"sub": "1"}}
    return verdict_of(one).contradictions(**{**answer, **came})


def test_what_is_as_a_sample_says_contradicts_nothing() -> None:
    assert contradictions(sample(ACCEPTED, claims={"sub": "1"})) == []


def test_a_claim_is_compared_as_json_in_which_true_is_not_1() -> None:
    one = sample(ACCEPTED, claims={"email_verified": True})
    assert contradictions(one, claims={"email_verified": True}) == []
    assert contradictions(one, claims={"email_verified": 1}) == ["id_token: email_verified is 1, not true"]


def test_the_nonce_of_a_sample_must_be_repeated() -> None:
    one = sample(ACCEPTED, parameters={"access_token": "t", "nonce": "n"})
    assert contradictions(one, claims={"nonce": "n"}) == []
    assert contradictions(one, claims={"nonce": "m"}) == ['id_token: nonce is "m", not "n"']


def test_status_reason_and_body_of_a_refusal_must_be_those_of_its_error() -> None:
    face = {"error": "invalid_request", "error_description": "invalid access_token: invalid_token"}
    right = {"status": 401, "reasons": ["wrong_audience"], "body": face, "claims": {}}
    one = sample("wrong_audience")
    assert contradictions(one, **right) == []
    wrong = {"status": 403, "reasons": ["a", "b"], "body": {**face, "error_description": "another app's"}}
    assert contradictions(one, **{**right, **wrong}) == [
        "status is 403, not 401",
        "audit reason is a and b, not wrong_audience",
        'body: error_description is "another app\'s", not "invalid access_token: invalid_token"',
    ]


def test_an_error_that_says_more_than_its_class_is_the_whole_verdict() -> None:
    verdict = verdict_of_error(MissingParameter("access_token"))
    assert (verdict.status, verdict.error, verdict.description) == (
        400,
        "invalid_request",
        "missing access_token parameter",
    )


def test_a_sample_that_expects_no_errors_reason_is_named() -> None:
    with pytest.raises(ValueError, match=r"^sample 'one' expects 'no_such', no error's reason$"):
        verdict_of(sample("no_such"))
