"""What the client sees of it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.explaining.page.values import PUBLIC, lines_of, shortened
from accredit.explaining.report import Report
from accredit.web.elements import Html, tag
from accredit.web.pieces import section, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer; `body` is its JSON, empty where it has none. Fields with other names than `public` may be secret."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    public: Container[str] = PUBLIC


def answer_part(answer: Answered, *, retry_after_s: int | None = None) -> Html:
    """Return status and body, with what may be secret shortened."""
    kind = "good" if answer.status < 300 else "odd" if answer.status < 500 else "bad"
    body = {name: value if name in answer.public else _short(value) for name, value in answer.body.items()}
    return section(
        "What the client sees",
        tag("p", state(str(answer.status), kind)),
        lines_of(body) if body else tag("p", "No body.", class_="empty"),
        None
        if retry_after_s is None
        else tag("p", f"It may be tried again after {retry_after_s:,} seconds.", class_="about"),
        id_="answer",
    )


def told_part(report: Report) -> Html:
    """Return what a client would see, where none has asked."""
    if report.answer is None:
        about = "No tokens were given out here. A client would get its own now."
        return section("What a client sees", tag("p", about), id_="answer")
    told = {name: value for name, value in report.answer.items() if name != "status"}
    return answer_part(Answered(status=report.answer["status"], body=told), retry_after_s=report.retry_after_s)


def _short(value: object) -> object:
    return shortened(value) if isinstance(value, str) else value
