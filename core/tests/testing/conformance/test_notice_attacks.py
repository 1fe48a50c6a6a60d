"""Each forgery of a notice is one: it differs from what was sent, and touches what it says."""

from collections.abc import Callable, Iterator

import pytest
from core.tests.testing.conformance.good import SECRET
from core.tests.testing.conformance.noticing import NoticingSimulator, signed

from accredit.notices import MOST_BODY_BYTES, MOST_QUERY
from accredit.testing import NoticeSample
from accredit.testing.conformance.attacks.notices import (
    Attack,
    Letter,
    bent,
    doubled,
    malformed,
    signed_otherwise,
    token_of,
    unproven,
)

Attacks = Callable[[NoticeSample], Iterator[Attack]]

SIMULATOR = NoticingSimulator(clock=lambda: 1_800_000_000)
TOKEN = SIMULATOR.token("token", "1000")
JSON = signed("left", ["1000"])
SHOWN = {"authorization": f"Key {SECRET}"}
GET = NoticeSample(name="get", about="", method="GET", query="app=4200&user=1000", headers=SHOWN, proof=SECRET)
FORM = NoticeSample(name="form", about="", body=b"app=4200&mac=a-signature", proof="a-signature")
SAMPLES = [pytest.param(one, id=one.name) for one in (JSON, TOKEN, GET, FORM)]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("attacks", [unproven, malformed, doubled, bent])
def test_no_forgery_is_the_genuine_one(
    sample: NoticeSample, attacks: Callable[[NoticeSample], Iterator[Attack]]
) -> None:
    for what, letter in attacks(sample):
        assert letter != Letter.of(sample), what


@pytest.mark.parametrize("sample", SAMPLES)
def test_an_unproven_one_says_the_same_without_the_proof(sample: NoticeSample) -> None:
    for what, letter in unproven(sample):
        shown = (letter.query, letter.body.decode("latin-1"), *letter.headers.values())
        is_doubled = what == "with its proof twice in a row"
        assert is_doubled or not any(sample.proof in text for text in shown), what


@pytest.mark.parametrize("sample", SAMPLES)
def test_nothing_is_larger_than_the_endpoint_reads(sample: NoticeSample) -> None:
    sizes = [(len(letter.query), len(letter.body)) for _, letter in malformed(sample)]
    assert max(query for query, _ in sizes) <= MOST_QUERY
    assert max(body for _, body in sizes) <= MOST_BODY_BYTES
    assert any(MOST_QUERY - query < 8 if sample.query else MOST_BODY_BYTES - body < 8 for query, body in sizes)


@pytest.mark.parametrize(
    ("sample", "names"),
    [(GET, ["app", "user"]), (FORM, ["app", "mac"]), (JSON, ["id", "app_id", "users"]), (TOKEN, [])],
    ids=["get", "form", "json", "token"],
)
def test_each_parameter_is_doubled(sample: NoticeSample, names: list[str]) -> None:
    told = [what.split()[3] for what, _ in doubled(sample)]
    assert list(dict.fromkeys(told)) == names


def test_what_is_no_jwt_is_signed_by_no_other_key() -> None:
    assert [token_of(one) for one in (JSON, GET, FORM)] == [None, None, None]
    assert list(signed_otherwise(JSON, SIMULATOR.id_tokens)) == []


def test_a_jwt_is_signed_by_another_key_none_at_all_or_the_public_one() -> None:
    assert token_of(TOKEN) == TOKEN.body.decode()
    told = [what for what, _ in signed_otherwise(TOKEN, SIMULATOR.id_tokens)]
    assert {"signed by another key of the same name", "with an ID token in its place"} < set(told)
    assert told.count("signed by the public key as a secret") > 10
    bodies = {letter.body for _, letter in signed_otherwise(TOKEN, None)}
    assert len(bodies) == 4
    assert TOKEN.body not in bodies
