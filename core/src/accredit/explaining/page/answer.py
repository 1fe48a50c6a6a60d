"""What the app that has asked sees of it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.explaining.page.prose import prose
from accredit.explaining.page.values import PUBLIC, lines_of, shortened
from accredit.explaining.report import Report
from accredit.explaining.words.words import Words
from accredit.web.elements import Html, tag
from accredit.web.pieces import section, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer; `body` is its JSON, empty where it has none. Fields with other names than `public` may be secret."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    public: Container[str] = PUBLIC


def answer_part(answer: Answered, *, words: Words | None = None, retry_after_s: int | None = None) -> Html:
    """Return status and body, with what may be secret shortened, and in `words` why it is told no more."""
    kind = "good" if answer.status < 300 else "odd" if answer.status < 500 else "bad"
    body = {name: value if name in answer.public else _short(value) for name, value in answer.body.items()}
    return section(
        "What the app sees",
        None if words is None else tag("p", prose(words.client), class_="says"),
        tag("p", state(str(answer.status), kind)),
        lines_of(body) if body else tag("p", "No body.", class_="empty"),
        None
        if retry_after_s is None
        else tag("p", f"It may be tried again after {retry_after_s:,} seconds.", class_="about"),
        id_="answer",
    )


def told_part(report: Report, words: Words | None) -> Html:
    """Return what an app would see, where none has asked."""
    if report.answer is None:
        about = "No tokens were given out here. An app would get its own now."
        return section("What an app sees", tag("p", about), id_="answer")
    told = {name: value for name, value in report.answer.items() if name != "status"}
    answer = Answered(status=report.answer["status"], body=told)
    return answer_part(answer, words=words, retry_after_s=report.retry_after_s)


def _short(value: object) -> object:
    return shortened(value) if isinstance(value, str) else value
