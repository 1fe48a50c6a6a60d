"""What the provider was asked, and how it answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from accredit.explaining.page.share import share
from accredit.web.elements import Html, tag
from accredit.web.pieces import section, state, table

_UNASKED = {
    "cache": "The provider was not asked: it had been, a moment ago, about the same token, and its answer still holds.",
    "flight": "The provider was not asked again: another login of the same moment was asking about the same token.",
}


def calls_part(calls: Sequence[Mapping[str, Any]], verified_by: str | None, duration_ms: float) -> Html:
    """Return each call. `duration_ms` is that of the whole login."""
    rows = [
        (
            tag("bdi", f"{call['method']} {call['url']}", class_="url"),
            _status(call["status"]),
            f"{call['duration_ms']:,.1f} ms",
            share(0, call["duration_ms"], duration_ms),
        )
        for call in calls
    ]
    return section(
        "What the provider was asked",
        table(
            "Calls, without their secrets",
            ("Call", "Answer", "Took", "Share"),
            rows,
            empty=_UNASKED.get(verified_by or "", "The provider was not asked."),
        ),
        id_="calls",
    )


def _status(status: int | None) -> Html:
    if status is None:
        return state("no answer", "bad")
    return state(str(status), "good" if status < 300 else "odd" if status < 500 else "bad")
