"""What came of it, large, and why, in words for people who may never have heard of any of this."""

from accredit.explaining.page.cast import Cast
from accredit.explaining.page.prose import prose, turns
from accredit.explaining.page.story import story
from accredit.explaining.report import Report
from accredit.explaining.words.words import Words
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import facts, section, state

_KINDS = {"accepted": "good", "passed": "good", "refused": "odd", "limited": "odd", "failed": "bad"}


def kind_of(verdict: str) -> str:
    """Return how a verdict looks, of a login as of a check: the same everywhere."""
    return _KINDS.get(verdict, "plain")


def verdict_of(verdict: str, reason: str) -> Html:
    """Return a verdict with its reason, where it has one."""
    word = state(verdict, kind_of(verdict))
    return word if reason == "ok" else tag("span", word, " ", tag("code", reason))


def headline(title: Child, *content: Child) -> Html:
    """Return the first part of a page, which has the page's heading."""
    return tag("section", tag("h1", title, id="verdict-title"), *content, aria_labelledby="verdict-title", id="verdict")


def verdict_part(report: Report, who: Cast, words: Words | None, *, title: str, about: Child, actions: Child) -> Html:
    """Return the verdict with its reason, and whose token it is. `about` stands small above that, `actions` below.

    `title` is the heading where it is not empty.
    """
    return headline(
        title or (_done(report) if words is None else words.title),
        tag("p", verdict_of(report.verdict, report.reason), f" after {report.duration_ms:,.1f} ms"),
        about,
        story(report, who, words),
        [tag("p", user_text(note), class_="about") for note in report.notes],
        actions,
    )


def _done(report: Report) -> str:
    return "The account was linked" if report.event.get("linked") else f"The login was {report.verdict}"


def why_part(report: Report, words: Words | None) -> Html | None:
    """Return why it was refused, and what the log says of it."""
    if words is None and not report.detail:
        return None
    return section(
        "Why",
        None if words is None else tag("p", prose(words.why), class_="says"),
        facts(("In the log, for the operator", user_text(report.detail))) if report.detail else None,
        id_="why",
    )


def turns_part(words: Words) -> Html:
    """Return who must do what."""
    return section("What to do", turns(words), id_="turns")
