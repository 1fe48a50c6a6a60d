"""The latest requests, whoever has sent them."""

from collections.abc import Sequence

from accredit.explaining.page.verdict import verdict_of
from accredit.playground.recording import Recording
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import moment, section, state, table

_MOST = 30


def latest(recordings: Sequence[Recording]) -> Html:
    """Return them as a table that keeps itself fresh."""
    rows = [_row(one) for one in recordings[:_MOST]]
    made = table(
        "Newest first",
        ("Request", "What became of it", "Connection", "Sent by", "Time (UTC)"),
        rows,
        empty="Nothing yet. What your own app or curl sends appears here, too.",
    )
    return section(
        "Latest requests",
        tag(
            "p",
            tag("a", "Update the list", href="", class_="button"),
            tag("button", "Pause", type="button", id="pause", class_="quiet", hidden=True),
            tag("span", "", id="trouble", role="status"),
            class_="bar",
        ),
        tag("div", made, id="latest-rows", data_live=True),
        id_="latest",
    )


def outcome(recording: Recording) -> Html:
    """Return what became of it, and for what reason."""
    event = recording.event
    if event is None:
        return state(str(recording.status), "plain")
    return verdict_of(event.outcome, event.reason)


def _row(recording: Recording) -> Sequence[Child]:
    event = recording.event
    link = tag(
        "a",
        f"{recording.number}: {recording.method} ",
        user_text(recording.path),
        href=f"/playground/runs/{recording.number}",
    )
    return (
        link,
        [outcome(recording), f" {recording.status or 'no answer'}"],
        user_text("" if event is None else event.connection),
        recording.sent.label or "somebody else",
        moment(recording.at),
    )
