"""What came of it, large, and why, in words for people who may never have heard of any of this."""

from accredit.explaining.page.prose import explained
from accredit.explaining.page.story import story
from accredit.explaining.reasons import REASONS
from accredit.explaining.report import Report
from accredit.web.elements import Html, tag, user_text
from accredit.web.pieces import facts, section, state

KINDS = {"accepted": "good", "refused": "odd", "limited": "odd", "failed": "bad", "abandoned": "plain"}
"""How each outcome looks: to refuse is what must happen, to fail is not."""


def verdict_part(report: Report) -> Html:
    """Return the verdict with its reason, and whose token it is."""
    words = REASONS.get(report.reason)
    told = [] if words is None else explained(words)
    detail = [("In the log", user_text(report.detail))] if report.detail else []
    return section(
        f"The login was {report.verdict}" if words is None else words.title,
        tag(
            "p",
            state(report.verdict, KINDS.get(report.verdict, "plain")),
            None if report.reason == "ok" else (" ", tag("code", report.reason)),
            f" after {report.duration_ms:,.1f} ms",
        ),
        story(report),
        facts(*told, *detail) if told or detail else None,
        [tag("p", user_text(note), class_="about") for note in report.notes],
        id_="verdict",
    )
