"""What came of it, large, and why, in words for people who may never have heard of any of this."""

from accredit.explaining.page.story import story
from accredit.explaining.reasons import REASONS
from accredit.explaining.report import Report
from accredit.explaining.words.words import Words
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import facts, section, state

_KINDS = {"accepted": "good", "refused": "odd", "limited": "odd", "failed": "bad"}


def verdict_part(report: Report) -> Html:
    """Return the verdict with its reason, and whose token it is."""
    words = REASONS.get(report.reason)
    explained = [] if words is None else _explained(words)
    detail = [("In the log", user_text(report.detail))] if report.detail else []
    return section(
        f"The login was {report.verdict}" if words is None else words.title,
        tag(
            "p",
            state(report.verdict, _KINDS.get(report.verdict, "plain")),
            None if report.reason == "ok" else (" ", tag("code", report.reason)),
            f" after {report.duration_ms:,.1f} ms",
        ),
        story(report),
        facts(*explained, *detail) if explained or detail else None,
        [tag("p", user_text(note), class_="about") for note in report.notes],
        id_="verdict",
    )


def _explained(words: Words) -> list[tuple[str, Child]]:
    turns = [tag("li", tag("strong", f"{who[:1].upper()}{who[1:]}: "), what) for who, what in words.who]
    return [
        ("What happened", words.what),
        ("Why nobody is let in", words.why),
        ("What the app is told", words.client),
        ("What to do", tag("ul", turns)),
    ]
