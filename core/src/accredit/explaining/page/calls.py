"""What the provider was asked, and how it answered."""

from accredit.explaining.page.share import share, took_ms
from accredit.explaining.report import Report
from accredit.explaining.words.checks import VERIFIED_BY
from accredit.web.elements import Html, tag
from accredit.web.pieces import section, state, table

_SIGNED = "No call was needed: the provider has signed what was shown, and its keys were known."


def calls_part(report: Report) -> Html:
    """Return each call, with its share of the time of the whole login."""
    rows = [
        (
            tag("bdi", f"{call['method']} {call['url']}", class_="url"),
            _status(call["status"]),
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
        id_="calls",
    )


def _unasked(report: Report) -> str:
    if report.verified_by in {"flight", "cache"}:
        return VERIFIED_BY[report.verified_by]
    is_verified = any(check["name"] == "verify" and check["verdict"] == "passed" for check in report.checks)
    return _SIGNED if is_verified else "The provider was not asked."


def _status(status: int | None) -> Html:
    if status is None:
        return state("no answer", "bad")
    return state(str(status), "good" if status < 300 else "odd" if status < 500 else "bad")
