"""A demonstration as JSON, for programs."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from accredit.sandbox.demonstration import Shown
from accredit.sandbox.judge import Outcome
from accredit.testing import ACCEPTED


def as_json(shown: Sequence[Shown], *, skipped: Sequence[str], broken: Sequence[str]) -> dict[str, Any]:
    """Return what was tried; `docs/reference/command-line.md` describes the members."""
    counts = Counter(outcome.verdict for one in shown for outcome in one.outcomes)
    return {
        "counts": {verdict: counts[verdict] for verdict in ("accepted", "refused", "wrong")},
        "connections": [_connection(one) for one in shown],
        "skipped": list(skipped),
        "broken": list(broken),
    }


def _connection(shown: Shown) -> dict[str, Any]:
    return {
        "name": shown.part.name,
        "source": shown.part.source,
        "duration_ms": _ms(sum(outcome.duration_s for outcome in shown.outcomes)),
        "samples": [_sample(outcome) for outcome in shown.outcomes],
    }


def _sample(outcome: Outcome) -> dict[str, Any]:
    due = outcome.trial.verdict
    return {
        "name": outcome.trial.name,
        "about": outcome.trial.about,
        "expected": ACCEPTED if due.is_acceptance else due.reason,
        "status": outcome.status,
        "reason": outcome.event.reason if outcome.event else None,
        "verdict": outcome.verdict,
        "problems": list(outcome.problems),
        "duration_ms": _ms(outcome.duration_s),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
