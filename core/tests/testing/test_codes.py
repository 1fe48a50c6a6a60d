"""The codes of a simulated provider are good once, for a while, and for the login that began them."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from accredit.testing import ACCEPTED, CodeBinding, CodeProblem, CodeRefused, Codes, Sample

NOW = 1_800_000_000.0
OURS = CodeBinding(client_id="app", redirect_uri="https://app.example/", code_verifier="v" * 43)


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def codes(clock: Clock) -> Codes[str]:
    return Codes("sim-code-{}", lives_s=60, clock=clock)


def why_not(codes: Codes[str], code: str, shown: CodeBinding = OURS) -> CodeProblem | None:
    try:
        assert codes.redeem(code, shown) == "token"
    except CodeRefused as refused:
        return refused.why
    return None


def test_a_code_is_good_once(codes: Codes[str]) -> None:
    first, second = codes.new("token", OURS), codes.new("token", OURS)
    assert (first, second) == ("sim-code-1", "sim-code-2")
    assert [why_not(codes, one) for one in (first, first, second)] == [None, "used", None]
    assert why_not(codes, "sim-code-3") == "unknown"


def test_a_code_that_carries_a_fault_is_the_same_code(codes: Codes[str]) -> None:
    code = codes.new("token", OURS)
    assert [why_not(codes, one) for one in (f"{code}~latency-1", code)] == [None, "used"]


@pytest.mark.parametrize(("late_s", "why"), [(59, None), (60, "expired")])
def test_a_code_lives_for_so_long(codes: Codes[str], clock: Clock, late_s: float, why: CodeProblem | None) -> None:
    code = codes.new("token", OURS)
    clock.now += late_s
    assert why_not(codes, code) == why


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (replace(OURS, redirect_uri="https://app.example"), "redirect_uri"),
        (replace(OURS, redirect_uri=None), "redirect_uri"),
        (replace(OURS, code_verifier="x" * 43), "verifier"),
        (replace(OURS, code_verifier=None), "verifier"),
    ],
)
def test_a_code_is_bound_to_its_login_and_one_attempt_is_all_there_is(
    codes: Codes[str], shown: CodeBinding, why: CodeProblem
) -> None:
    code = codes.new("token", OURS)
    assert [why_not(codes, code, one) for one in (shown, OURS)] == [why, "used"]


@pytest.mark.parametrize(
    ("begun", "why"),
    [(replace(OURS, redirect_uri=None), "redirect_uri"), (replace(OURS, code_verifier=None), "verifier")],
)
def test_nothing_may_be_shown_that_a_login_was_not_begun_with(
    codes: Codes[str], begun: CodeBinding, why: CodeProblem
) -> None:
    assert why_not(codes, codes.new("token", begun), begun) is None
    assert why_not(codes, codes.new("token", begun)) == why


def test_another_client_can_neither_have_a_code_nor_use_it_up(codes: Codes[str]) -> None:
    code = codes.new("token", OURS)
    assert why_not(codes, code, replace(OURS, client_id="app2")) == "client"
    assert why_not(codes, code) is None


def test_a_fixed_code_never_ends_and_there_are_many_like_it(codes: Codes[str], clock: Clock) -> None:
    codes.fix("good", "token", OURS)
    clock.now = float("1e12")
    given = ("good", "good", "good.1", "good.1", "good.2", "good.0", "good.x", "good.", "bad.1")
    expected = [None, "used", None, "used", None, *["unknown"] * 4]
    assert [why_not(codes, one) for one in given] == expected


def test_only_fixed_codes_have_others_like_them(codes: Codes[str]) -> None:
    assert why_not(codes, f"{codes.new('token', OURS)}.1") == "unknown"


@pytest.fixture
def samples(codes: Codes[str]) -> dict[str, Sample]:
    made = codes.fix_samples("sim-{}-ada", "token", OURS, claims={"sub": "x|1"}, more={"state": "s"})
    return {one.name: one for one in made}


def test_there_is_a_sample_of_a_good_code_and_of_each_problem(codes: Codes[str], samples: dict[str, Sample]) -> None:
    good, *refused = samples.values()
    assert (good.name, good.expected, good.claims) == ("code-ada", ACCEPTED, {"sub": "x|1"})
    assert good.parameters == {"code": "sim-good-ada", **OURS.parameters(), "state": "s"}
    assert {why_not(codes, one.credential) for one in refused} == {
        "unknown",
        "client",
        "used",
        "expired",
        "redirect_uri",
        "verifier",
    }
    assert {one.expected for one in refused} == {"invalid_token"}
    assert [one.name for one in refused if one.is_foreign] == ["code-client-ada"]
    for one in refused:
        assert why_not(codes, one.credential) == one.name.split("-")[1]


def names(samples: Iterable[Sample]) -> dict[str, str]:
    return {one.name: one.expected for one in samples}


def test_a_login_without_them_has_no_samples_of_a_redirect_uri_and_a_verifier(codes: Codes[str]) -> None:
    made = names(codes.fix_samples("sim-{}-ada", "token", CodeBinding(client_id="app"), claims={}))
    assert made.keys() == {"code-ada", *(f"code-{why}-ada" for why in ("unknown", "client", "used", "expired"))}


def test_a_provider_says_which_problems_it_tells_apart(codes: Codes[str]) -> None:
    made = codes.fix_samples("sim-{}-ada", "token", OURS, claims={}, refused={"redirect_uri": "provider_misconfigured"})
    assert names(made) == {"code-ada": ACCEPTED, "code-redirect_uri-ada": "provider_misconfigured"}


def test_a_fresh_sample_is_as_good_or_as_bad(codes: Codes[str], samples: dict[str, Sample]) -> None:
    for name, sample in samples.items():
        first = codes.fresh(sample)
        second = codes.fresh(first)
        assert len({sample.credential, first.credential, second.credential}) == 3
        assert {**first.parameters, "code": ""} == {**sample.parameters, "code": ""}
        expected = None if name == "code-ada" else name.split("-")[1]
        assert [why_not(codes, one.credential) for one in (first, second, sample)] == [expected] * 3


@pytest.mark.parametrize("field", ["access_token", "code"])
def test_what_is_no_fixed_code_stays_as_it_is(codes: Codes[str], field: str) -> None:
    sample = Sample(name="one", about="", parameters={field: "a.1"}, expected=ACCEPTED)
    assert codes.fresh(sample) is sample


def test_a_code_may_be_posted_as_an_access_token_where_there_is_nothing_else(codes: Codes[str]) -> None:
    codes.fix("a", "token", OURS)
    sample = Sample(name="one", about="", parameters={"access_token": "a"}, expected=ACCEPTED)
    assert codes.fresh(sample).parameters == {"access_token": "a.1"}
