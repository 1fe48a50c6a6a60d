"""One request: what became of it, and why."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from accredit.audit.events import RefreshEvent, ReuseEvent
from accredit.errors import InvalidProviderToken
from accredit.explaining.page.answer import Answered, answer_part
from accredit.explaining.page.cast import Cast
from accredit.explaining.page.checks import checks_part
from accredit.explaining.page.event import event_part
from accredit.explaining.page.request import Sent, request_part
from accredit.explaining.page.tokens import tokens_part
from accredit.explaining.page.values import lines_of
from accredit.explaining.page.way import way
from accredit.explaining.report import Report
from accredit.playground.layout import button, form, shell
from accredit.playground.pages.logged import logged
from accredit.playground.pages.why import why
from accredit.playground.recording import Recording
from accredit.testing import Sample
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import moment, section

_TOKENS = {"access_token": "Our access token", "id_token": "Our ID token", "refresh_token": "Our refresh token"}
_MADE_HERE = (
    "The provider here is simulated: it knows only tokens that it has made itself. Press a button of the start page, "
    "and take one from its request, as the page shows it for curl, with the nonce where there is one."
)
_STATEMENTS = frozenset({"/userinfo", "/tokeninfo"})
"""Who asks there has asked for nothing but the answer."""
_HANDED_IN = ("access_token", "code", "id_token", "refresh_token", "subject_token")


def run(
    recording: Recording,
    report: Report | None,
    *,
    who: Cast,
    title: str,
    note: Html | None,
    next_: tuple[str, Sample] | None,
    panel: Html | None,
    more: Sequence[Html],
    banner: Html | None = None,
) -> Html:
    """Return the page. `report` is what is known of a login, None of any other request; `who` has names for it.

    `title` stands in the place of its heading where it is not empty, and `note` below the verdict. `next_` is a
    connection and a sample to try next, `panel` that of the session, and `more` stands at the end.
    """
    about = tag(
        "p",
        f"Request {recording.number}, at ", moment(recording.at), " UTC, sent by ",
        user_text(recording.sent.label or "somebody else"), ". ",
        tag("a", "Back to the start", href="/"), ".",
        class_="about",
    )  # fmt: skip
    is_unknown = report is not None and report.reason == InvalidProviderToken.reason and not recording.sent.sample
    actions = [
        note,
        tag("p", _MADE_HERE, class_="about") if is_unknown else None,
        tag("div", _again(recording), _others(recording) if next_ is None else _try_next(*next_), class_="bar"),
        _way_around(has_panel=panel is not None),
    ]
    answer = [answer_part(_answered(recording))]
    first, last = (answer, []) if recording.path in _STATEMENTS else ([], answer)
    parts: list[Child] = (
        [_apart(why(recording, about=about, actions=actions), *first), panel, _apart(*_parts(recording), *last)]
        if report is None
        else [_login(recording, report, who, title=title, about=about, actions=actions), panel]
    )
    return shell(
        f"Request {recording.number}",
        parts,
        _also_logged(recording),
        more,
        banner=banner,
        script="copy",
    )


def _way_around(*, has_panel: bool) -> Html:
    """Return the way to what stands far below."""
    places = {"answer": "What the app sees", "time": "Let time pass", "snippets": "Send it from your app"}
    if has_panel:
        places = {"session": "The session: refresh, log out, link", **places}
    links = [tag("li", tag("a", words, href=f"#{id_}")) for id_, words in places.items()]
    return tag("nav", tag("ul", links), aria_label="On this page")


def _try_next(connection: str, sample: Sample) -> Html:
    return form(
        "send", button("Next: the quiz app sends Ada's token to your server"), connection=connection, sample=sample.name
    )


def _others(recording: Recording) -> Html | None:
    """Return the way to all the tokens of the same provider."""
    if not recording.sent.sample or recording.is_to_link:
        return None
    path = f"/?{urlencode({'connection': recording.fields.get('connection', '')})}#tokens"
    return tag("a", "Next: try other tokens", href=path, class_="button")


def gone(number: int, banner: Html | None = None) -> Html:
    """Return what is shown in the place of a request that is not kept any more."""
    back = tag("a", "Back to the start", href="/")
    return shell(
        "Gone", tag("h1", f"Request {number} is not kept"), tag("p", "Only the latest are. ", back), banner=banner
    )


def _login(recording: Recording, report: Report, who: Cast, *, title: str, about: Child, actions: Child) -> Html:
    return way(
        report,
        request=_sent(recording),
        answer=_answered(recording),
        tokens=_tokens(recording),
        who=who,
        title=title,
        about=about,
        actions=actions,
    )


def _apart(*parts: Child) -> Html:
    return tag("div", *parts, class_="way")


def _parts(recording: Recording) -> list[Child]:
    """Return what is known of a request that asks no provider, beside its answer."""
    event, tokens = recording.event, _tokens(recording)
    checks = event.checks if isinstance(event, RefreshEvent | ReuseEvent) else ()
    return [
        request_part(_sent(recording)),
        checks_part([check._asdict() for check in checks]) if checks else None,
        tokens_part(tokens) if tokens else None,
        None if event is None else event_part(logged(event)),
    ]


def _also_logged(recording: Recording) -> Html | None:
    """Return what happened besides, such as a provider that is left alone from now on."""
    others = [one for one in recording.events if one is not recording.event]
    if not others:
        return None
    lines = [lines_of(logged(one)) for one in others]
    return _apart(section("What else was logged", lines, id_="also-logged"))


def _sent(recording: Recording) -> Sent:
    shown = {"Authorization": recording.headers["authorization"]} if "authorization" in recording.headers else {}
    return Sent(method=recording.method, path=recording.path, fields={**shown, **recording.fields})


def _answered(recording: Recording) -> Answered:
    body = recording.answer or {}
    if recording.sent.is_made_up and recording.path == "/userinfo":  # who somebody is, and nobody is real
        return Answered(status=recording.status, body=body, public=body)
    return Answered(status=recording.status, body=body)


def _tokens(recording: Recording) -> Mapping[str, str]:
    """Return what was handed in, where that is kept, and what was given for it."""
    handed = {name: recording.fields[name] for name in _HANDED_IN if name in recording.fields}
    found = {"What was handed in": next(iter(handed.values()))} if handed and recording.sent.is_made_up else {}
    answer = recording.answer or {}
    given = {words: answer[name] for name, words in _TOKENS.items() if isinstance(answer.get(name), str)}
    return {**found, **given}


def _again(recording: Recording) -> Html | None:
    if not recording.sent.sample or recording.is_to_link:
        return None
    fields = {"connection": recording.fields.get("connection", ""), "sample": recording.sent.sample}
    return form("send", button("Send it again", class_="quiet"), **fields)
