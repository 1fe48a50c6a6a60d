"""The samples of a suite's simulator, and what came of them."""

from collections.abc import Iterable, Sequence

from accredit.credentials import is_jwt as has_form_of_jwt
from accredit.errors import WrongAudience
from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.conformance.bench.bench import Answer, make_simulator
from accredit.testing.conformance.suite import Suite, require, unless_declared
from accredit.testing.simulator.simulator import ACCEPTED, Sample, Simulator


def samples_of(suite: Suite) -> tuple[Simulator, list[Sample]]:
    """Build the suite's simulator, and return its samples."""
    simulator = make_simulator(suite)
    return simulator, list(simulator.samples())


def accepted_samples(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples that are to be accepted.

    Raises:
        AssertionError: there is none.
    """
    accepted = [sample for sample in samples if sample.expected == ACCEPTED]
    require(accepted, "the simulator has no sample that is to be accepted")
    return accepted


def foreign_samples(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples of another app's token: those that are declared so, and those that we are to find out.

    Raises:
        AssertionError: there is none.
    """
    foreign = [sample for sample in samples if sample.is_foreign or sample.expected == WrongAudience.reason]
    require(foreign, "the simulator has no sample of another app's token: expected wrong_audience, or is_foreign=True")
    return foreign


def asking_samples(suite: Suite, samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples that are to be accepted, and for which the provider is asked.

    Ends the check where the strategy declares that there are none.
    """
    unless_declared(suite, "makes_no_call")
    asking = [one for one in accepted_samples(samples) if not (is_jwt(one) and "hs256" in suite.strategy.traits)]
    if not asking:
        unless_declared(suite, "hs256")
    return asking


def one_of_each_kind(samples: Sequence[Sample]) -> list[Sample]:
    """Return an accepted access token and an accepted ID token, as far as there are any."""
    accepted = accepted_samples(samples)
    kinds = ([one for one in accepted if not is_jwt(one)], [one for one in accepted if is_jwt(one)])
    return [one for kind in kinds for one in kind[:1]]


def is_jwt(sample: Sample) -> bool:
    """Tell an ID token from an access token, also from one that looks like a JWT and says nothing of an issuer."""
    token = sample.credential
    return sample.field == "access_token" and has_form_of_jwt(token) and "iss" in payload_of(token)


def subject_of(answer: Answer) -> str:
    """Return the `sub` of an acceptance."""
    return str(payload_of(answer.body["access_token"])["sub"])
