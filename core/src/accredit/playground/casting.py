"""Who is who in what was tried: the people of the samples are known, whatever a provider says of them."""

from collections.abc import Sequence

from accredit.errors import WrongAudience
from accredit.explaining.page.cast import NOBODY, Cast
from accredit.playground.rows import kind_of
from accredit.sandbox.sandbox import Provider
from accredit.testing import PEOPLE, Sample

QUIZ_APP = "the quiz app"


def sender_of(sample: Sample) -> str:
    """Return by whose app a sample is sent: what is refused as not made for ours need not be another one's."""
    if sample.is_foreign:
        return QUIZ_APP
    return "an app" if sample.expected == WrongAudience.reason else "your app"


def cast_of(provider: Provider, name: str, others: Sequence[object] = ()) -> Cast:
    """Return who is who in a provider's sample; nobody, where there is none of that name.

    `others` are the apps, other than ours, that the provider has named: for one of them it was made.
    """
    sample = next((one for one in provider.samples if one.name == name), None)
    if sample is None:
        return NOBODY
    return Cast(
        person=_person(sample, provider.samples),
        other_app=QUIZ_APP if sample.is_foreign or (sample.expected == WrongAudience.reason and others) else "",
        is_foreign=sample.is_foreign,
        shown="code" if provider.accepts_only_codes or sample.field == "code" else "token",
    )


def _person(sample: Sample, samples: Sequence[Sample]) -> str:
    """Return whose it is. What is named after nobody, beside others that are, is the first one's."""
    kind, person = kind_of(sample)
    if person is not None:
        return person.name
    return PEOPLE[0].name if any(one is not sample and kind_of(one)[0] == kind for one in samples) else ""
