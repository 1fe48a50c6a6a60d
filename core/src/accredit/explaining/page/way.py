"""The way of one login, part by part."""

from collections.abc import Mapping

from accredit.explaining.page.answer import Answered, answer_part, told_part
from accredit.explaining.page.audience import audience_part, is_hushed, is_same
from accredit.explaining.page.calls import calls_part
from accredit.explaining.page.cast import NOBODY, Cast
from accredit.explaining.page.checks import checks_part
from accredit.explaining.page.event import event_part
from accredit.explaining.page.profile import profile_part
from accredit.explaining.page.request import Sent, request_part
from accredit.explaining.page.telling import words_for
from accredit.explaining.page.tokens import tokens_part
from accredit.explaining.page.verdict import turns_part, verdict_part, why_part
from accredit.explaining.report import Report
from accredit.web.elements import Child, Html, tag


def way(
    report: Report,
    *,
    request: Sent | None = None,
    answer: Answered | None = None,
    tokens: Mapping[str, str] | None = None,
    who: Cast = NOBODY,
    title: str = "",
    about: Child = None,
    actions: Child = None,
) -> Html:
    """Return everything that is known about one login: what came of it and why, and then each step of the way there.

    `tokens` are shown below their titles in that order, such as `{"What was handed in": …}`; they may be secret, and
    their signatures are not shown. `who` has names beside what the provider tells. The verdict is the page's heading,
    unless `title` says more of it; `about` stands small below it, and `actions` below whose token it is.
    """
    words = words_for(report, who)
    audience = audience_part(report, who)
    is_telling = is_hushed(report, who) or is_same(report) is not None
    return tag(
        "div",
        verdict_part(report, who, words, title=title, about=about, actions=actions),
        audience if is_telling else None,
        why_part(report, words),
        told_part(report, words) if answer is None else answer_part(answer, words=words),
        None if words is None else turns_part(words),
        None if request is None else request_part(request),
        checks_part(report.checks, report.not_reached),
        calls_part(report),
        None if is_telling else audience,
        profile_part(report),
        tokens_part(tokens) if tokens else None,
        event_part(report.event),
        class_="way",
    )
