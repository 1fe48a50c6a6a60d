"""One request: what became of it, and why."""

from collections.abc import Mapping
from typing import Any

from accredit.audit.events import RefreshEvent, ReuseEvent
from accredit.audit.log_lines import fields_of
from accredit.audit.redact import redact
from accredit.explaining.page.answer import Answered, answer_part
from accredit.explaining.page.checks import checks_part
from accredit.explaining.page.event import event_part
from accredit.explaining.page.request import Sent, request_part
from accredit.explaining.page.tokens import tokens_part
from accredit.explaining.page.way import way
from accredit.explaining.report import Report
from accredit.playground.layout import button, form, shell
from accredit.playground.pages.latest import outcome
from accredit.playground.pages.title import title
from accredit.playground.pages.why import why
from accredit.playground.recording import Recording
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import moment

_TOKENS = {"access_token": "Our access token", "id_token": "Our ID token", "refresh_token": "Our refresh token"}
_HANDED_IN = ("access_token", "code", "id_token", "refresh_token", "subject_token")


def run(recording: Recording, report: Report | None, *more: Child) -> Html:
    """Return the page. `report` is what is known of a login, None of any other request; `more` stands below."""
    event = recording.event
    refused = None if event is None or event.outcome == "accepted" else why(event.reason)
    return shell(
        f"Request {recording.number}",
        tag("h1", title(recording)),
        tag(
            "p",
            f"Request {recording.number} ", outcome(recording), " at ", moment(recording.at), " UTC, sent by ",
            user_text(recording.sent.label or "somebody else"), ". ", tag("a", "Back to the start", href="/"),
        ),
        _again(recording),
        refused,
        _parts(recording) if report is None else _login(recording, report),
        more,
        script="copy",
    )  # fmt: skip


def gone(number: int) -> Html:
    """Return what is shown in the place of a request that is not kept any more."""
    back = tag("a", "Back to the start", href="/")
    return shell("Gone", tag("h1", f"Request {number} is not kept"), tag("p", "Only the latest are. ", back))


def _login(recording: Recording, report: Report) -> Html:
    return way(report, request=_sent(recording), answer=_answered(recording), tokens=_tokens(recording))


def _parts(recording: Recording) -> Html:
    """Return what is known of a request that asks no provider."""
    event, tokens = recording.event, _tokens(recording)
    checks = event.checks if isinstance(event, RefreshEvent | ReuseEvent) else ()
    return tag(
        "div",
        request_part(_sent(recording)),
        checks_part([check._asdict() for check in checks]) if checks else None,
        tokens_part(tokens) if tokens else None,
        [event_part(_logged(one)) for one in recording.events[:1]],
        answer_part(_answered(recording)),
        class_="way",
    )


def _logged(event: Any) -> Mapping[str, Any]:
    return redact({"event": event.name, "level": event.level, **fields_of(event)})


def _sent(recording: Recording) -> Sent:
    shown = {"Authorization": recording.headers["authorization"]} if "authorization" in recording.headers else {}
    return Sent(method=recording.method, path=recording.path, fields={**shown, **recording.fields})


def _answered(recording: Recording) -> Answered:
    return Answered(status=recording.status, body=recording.answer or {})


def _tokens(recording: Recording) -> Mapping[str, str]:
    """Return what was handed in, where that is kept, and what was given for it."""
    handed = {name: recording.fields[name] for name in _HANDED_IN if name in recording.fields}
    found = {"What was handed in": next(iter(handed.values()))} if handed and recording.sent.is_made_up else {}
    answer = recording.answer or {}
    given = {words: answer[name] for name, words in _TOKENS.items() if isinstance(answer.get(name), str)}
    return {**found, **given}


def _again(recording: Recording) -> Html | None:
    if not recording.sent.sample:
        return None
    fields = {"connection": recording.fields.get("connection", ""), "sample": recording.sent.sample}
    return form("send", button("Send it again", class_="quiet"), **fields)
