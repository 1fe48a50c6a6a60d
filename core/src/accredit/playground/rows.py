"""Samples in rows, for people who look for one: the same for several people is one row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accredit.testing import ACCEPTED, PEOPLE, Sample
from accredit.testing.simulator.people import Person

_BY_KEY = {one.key: one for one in PEOPLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What several people have of one kind; with one sample, whosoever it is."""

    kind: str
    """The name of the samples without that of their person."""
    about: str
    """With `…` for the name of each."""
    samples: Sequence[tuple[Sample, Person | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is refused for one reason. `is_foreign`: made for another app, although the reason does not say so."""

    reason: str
    is_foreign: bool
    samples: Sequence[Sample]


def kind_of(sample: Sample) -> tuple[str, Person | None]:
    """Return what a sample is named after: `expired-ada` is Ada's of the kind `expired`."""
    kind, _, key = sample.name.rpartition("-")
    return (kind, _BY_KEY[key]) if kind and key in _BY_KEY else (sample.name, None)


def rows_of(samples: Iterable[Sample]) -> Sequence[Row]:
    """Return them in rows, each in the place of its first sample."""
    found: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        kind, owner = kind_of(sample)
        about = sample.about if owner is None else sample.about.replace(owner.name, "…")
        found.setdefault((kind, about), []).append(sample)
    return [
        Row(kind=kind, about=about if len(group) > 1 else group[0].about, samples=_owned(group))
        for (kind, about), group in found.items()
    ]


def people_of(samples: Iterable[Sample]) -> Row | None:
    """Return the plain good ones as one row: those of the kind that comes first. None where nobody is let in."""
    good = [one for one in samples if one.expected == ACCEPTED]
    if not good:
        return None
    kind, _ = kind_of(good[0])
    return Row(kind=kind, about=good[0].about, samples=_owned([one for one in good if kind_of(one)[0] == kind]))


def _owned(samples: Sequence[Sample]) -> Sequence[tuple[Sample, Person | None]]:
    """Return samples of one kind with their people: what is named after nobody is the first one's, beside others'."""
    first = PEOPLE[0] if len(samples) > 1 else None
    return [(one, kind_of(one)[1] or first) for one in samples]


def groups_of(samples: Iterable[Sample]) -> Sequence[Group]:
    """Return those that are refused by their reasons, those of other apps first."""
    found: dict[tuple[bool, bool, str], list[Sample]] = {}
    for sample in samples:
        if sample.expected != ACCEPTED:
            is_named = sample.expected == "wrong_audience"
            is_foreign = sample.is_foreign and not is_named
            found.setdefault((not is_named, not is_foreign, sample.expected), []).append(sample)
    return [
        Group(reason=reason, is_foreign=not is_ours, samples=group)
        for (_, is_ours, reason), group in sorted(found.items(), key=lambda pair: pair[0])
    ]
