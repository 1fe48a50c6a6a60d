"""The last requests that were not accepted: what failed where."""

from accredit.operator.layout import shell
from accredit.operator.pages.events import refusal
from accredit.operator.pages.overview import subject_link
from accredit.operator.sessions import SignedIn
from accredit.operator.view.seen import MOST_REFUSALS, Seen
from accredit.operator.view.snapshot import Snapshot
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import moment


def refusals(now: Snapshot, *, at: float, signed_in: SignedIn) -> Html:
    """Return the page. `at` is the time, in epoch seconds."""
    shown = [refusal(one, subject=_subject(one)) for one in now.refusals]
    about = (
        f"The newest {MOST_REFUSALS} of all workers, since each has started. What is repeated within a moment is "
        "counted, and not listed."
    )
    return shell(
        "Refusals",
        tag("h1", "Refusals"),
        tag(
            "p",
            tag("a", "Refresh", href="refusals", class_="button quiet"),
            tag("span", "As of ", moment(at), " UTC"),
            class_="bar",
        ),
        tag("p", about, class_="about"),
        shown or tag("p", "Every request was accepted.", class_="empty"),
        at="refusals",
        signed_in=signed_in,
    )


def _subject(one: Seen) -> Child:
    return subject_link(one.subject) if one.subject else user_text("", otherwise="not known by then")
