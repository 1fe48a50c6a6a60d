"""One request: what became of it, and why."""

import json
from typing import Any

from accredit.explaining.report import Report
from accredit.playground.layout import button, form, shell
from accredit.playground.pages.latest import outcome
from accredit.playground.recording import Recording
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import facts, moment, section


def run(recording: Recording, report: Report | None, *more: Child) -> Html:
    """Return the page. `report` is what is known of a login, None of any other request; `more` stands below."""
    title = f"Request {recording.number}"
    return shell(
        title,
        tag("h1", title, ": ", outcome(recording)),
        facts(
            ("Sent by", recording.sent.label or "somebody else"),
            ("Request", [recording.method, " ", tag("code", user_text(recording.path))]),
            ("Time (UTC)", moment(recording.at)),
        ),
        _again(recording),
        section("What was sent", _json(recording.fields), id_="request"),
        None if report is None else section("What is known", _json(report.as_json()), id_="report"),
        section("What the client sees", tag("p", f"Status {recording.status}"), _json(recording.answer), id_="answer"),
        more,
        script="copy",
    )


def gone(number: int) -> Html:
    """Return what is shown in the place of a request that is not kept any more."""
    return shell(
        "Gone",
        tag("h1", f"Request {number} is not kept"),
        tag("p", "Only the latest are. ", tag("a", "Back to the start", href="/")),
    )


def _again(recording: Recording) -> Html | None:
    if not recording.sent.sample:
        return None
    fields = {"connection": recording.fields.get("connection", ""), "sample": recording.sent.sample}
    return form("send", button("Send it again", class_="quiet"), **fields)


def _json(value: Any) -> Html:
    lines = json.dumps(value, ensure_ascii=False, indent=2, default=str).splitlines()
    return tag("pre", [tag("code", line, class_="line") for line in lines])
