"""The way of one login, part by part."""

from collections.abc import Mapping

from accredit.explaining.page.answer import Answered, answer_part, told_part
from accredit.explaining.page.audience import audience_part
from accredit.explaining.page.calls import calls_part
from accredit.explaining.page.checks import checks_part
from accredit.explaining.page.event import event_part
from accredit.explaining.page.profile import profile_part
from accredit.explaining.page.request import Sent, request_part
from accredit.explaining.page.tokens import tokens_part
from accredit.explaining.page.verdict import verdict_part
from accredit.explaining.report import Report
from accredit.web.elements import Html, tag


def way(
    report: Report,
    *,
    request: Sent | None = None,
    answer: Answered | None = None,
    tokens: Mapping[str, str] | None = None,
) -> Html:
    """Return everything that is known about one login, from what was sent to what was answered.

    `tokens` are shown below their titles in that order, such as `{"What was handed in": …}`; they may be secret, and
    their signatures are not shown. The headings are of the second level: the page's own stands above.
    """
    return tag(
        "div",
        verdict_part(report),
        None if request is None else request_part(request),
        checks_part(report.checks, report.not_reached),
        calls_part(report),
        audience_part(report),
        profile_part(report),
        tokens_part(tokens) if tokens else None,
        event_part(report.event),
        told_part(report) if answer is None else answer_part(answer),
        class_="way",
    )
