"""What the provider was asked, and how it answered."""

from accredit.explaining.page.share import share, took_ms
from accredit.explaining.report import Report
from accredit.explaining.words.checks import VERIFIED_BY
from accredit.web.elements import Html, tag
from accredit.web.pieces import section, state, table

_SIGNED = (
    "No call was needed this time. The provider has signed what was handed in, and the signature was checked by the "
    "provider's public keys, which were fetched before."
)
_SETTLED = "A call without an answer was given up, because another answer had settled it, or its answer was not needed."


def calls_part(report: Report) -> Html:
    """Return each call, with its share of the time of the whole login."""
    is_settled = _verified(report) in {"passed", "refused"}
    rows = [
        (
            tag("bdi", f"{call['method']} {call['url']}", class_="url"),
            _status(call["status"], is_settled=is_settled),
            took_ms(call["duration_ms"]),
            share(0, call["duration_ms"], report.duration_ms),
        )
        for call in report.calls
    ]
    return section(
        "What the provider was asked",
        table(
            "Calls, without their secrets",
            ("Call", "Answer", "Took", "Share"),
            rows,
            empty=_unasked(report),
        ),
        tag("p", _SETTLED, class_="about")
        if is_settled and any(call["status"] is None for call in report.calls)
        else None,
        id_="calls",
    )


def _unasked(report: Report) -> str:
    if report.verified_by in {"flight", "cache"}:
        return VERIFIED_BY[report.verified_by]
    return _SIGNED if _verified(report) == "passed" else "The provider was not asked."


def _verified(report: Report) -> str | None:
    """Return what came of asking the provider; None where it did not come to that."""
    return next((str(check["verdict"]) for check in report.checks if check["name"] == "verify"), None)


def _status(status: int | None, *, is_settled: bool) -> Html:
    if status is None:
        return state("no answer", "plain" if is_settled else "bad")
    return state(str(status), "good" if status < 300 else "odd" if status < 500 else "bad")
