"""Who is who in what was tried: the people of the samples are known, whatever a provider says of them."""

from collections.abc import Sequence

from accredit.explaining.page.cast import NOBODY, Cast
from accredit.playground.rows import kind_of
from accredit.sandbox.sandbox import Provider
from accredit.testing import PEOPLE, Sample

QUIZ_APP = "the quiz app"


def is_other_apps(sample: Sample) -> bool:
    """Tell whether a sample was made for another app, or may have been."""
    return sample.is_foreign or sample.expected == "wrong_audience"


def cast_of(provider: Provider, name: str) -> Cast:
    """Return who is who in a provider's sample; nobody, where there is none of that name."""
    sample = next((one for one in provider.samples if one.name == name), None)
    if sample is None:
        return NOBODY
    return Cast(
        person=_person(sample, provider.samples),
        other_app=QUIZ_APP if is_other_apps(sample) else "",
        is_foreign=sample.is_foreign,
        shown="code" if provider.accepts_only_codes or sample.field == "code" else "token",
    )


def _person(sample: Sample, samples: Sequence[Sample]) -> str:
    """Return whose it is. What is named after nobody, beside others that are, is the first one's."""
    kind, person = kind_of(sample)
    if person is not None:
        return person.name
    return PEOPLE[0].name if any(one is not sample and kind_of(one)[0] == kind for one in samples) else ""
