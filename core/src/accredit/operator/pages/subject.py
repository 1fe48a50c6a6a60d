"""One subject: its identities and sessions, and what can be done about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from accredit.operator.html import Child, Html, join, tag, user_text
from accredit.operator.layout import moment, notice, section, shell, state, table
from accredit.operator.sessions import SignedIn
from accredit.storage import Session

DONE = {
    "block": "The subject is blocked, and its sessions have ended.",
    "unblock": "The subject may log in again.",
    "end": "The session has ended.",
    "end-all": "All its sessions have ended.",
}
"""What is told once it has been done."""
_MOST_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a subject. `belongs_to` is whose it is, where what was searched for is an identity's name."""

    subject: str
    is_blocked: bool
    identities: Sequence[tuple[str, str]]
    sessions: Sequence[Session]
    belongs_to: str | None


def subject_page(
    signed_in: SignedIn, *, found: Found | None = None, searched: str = "", problem: str = "", done: str = ""
) -> Html:
    """Return the page: the search, and what it has found."""
    told: list[Child] = []
    if problem:
        told.append(notice(problem, is_bad=True))
    elif done in DONE:
        told.append(notice(DONE[done]))
    return shell(
        "Subjects",
        tag("h1", "Subjects"),
        _search(searched),
        told,
        None if found is None else _shown(found),
        at="subject",
        signed_in=signed_in,
    )


def _search(searched: str) -> Html:
    return tag(
        "form",
        tag("label", "Subject", for_="subject"),
        tag("input", id="subject", name="subject", value=searched, required=True, maxlength="255",
            autocomplete="off", autocapitalize="none", spellcheck="false", aria_describedby="subject-about"),
        tag("p", "The ", tag("code", "sub"), " of our tokens, such as ", tag("code", "facebook|1234"), ".",
            id="subject-about", class_="about"),
        tag("button", "Search", type="submit"),
        method="get",
        action="subject",
        role="search",
    )  # fmt: skip


def _shown(found: Found) -> Child:
    identities = [(user_text(namespace), user_text(user_id)) for namespace, user_id in found.identities]
    sessions = [_session(found.subject, one) for one in found.sessions[:_MOST_SHOWN]]
    what = "unblock" if found.is_blocked else "block"
    actions = [
        _action(found.subject, "end-all", "End all sessions …"),
        _action(found.subject, what, "Let it log in again …" if found.is_blocked else "Block …"),
    ]
    more = f"{len(found.sessions) - _MOST_SHOWN:,} more are not shown." if len(found.sessions) > _MOST_SHOWN else None
    return join(
        tag("h2", user_text(found.subject)),
        tag("p", state("blocked", "bad") if found.is_blocked else state("not blocked", "good")),
        _owner(found),
        tag("p", actions, class_="bar"),
        section(
            "Sessions",
            table(
                "Live sessions, newest first",
                ("Began (UTC)", "Device", "Action", "Client", "Connection", "Ends (UTC)", "Session"),
                sessions,
                empty="It has no live session.",
            ),
            tag("p", more) if more else None,
            id_="sessions",
        ),
        section(
            "Identities",
            table(
                "Accounts at providers",
                ("Namespace", "User id"),
                identities,
                empty='None is stored; with subjects.policy = "stateless" there need not be one.',
            ),
            id_="identities",
        ),
    )


def _owner(found: Found) -> Child:
    if found.belongs_to is None or found.belongs_to == found.subject:
        return None
    path = f"subject?{urlencode({'subject': found.belongs_to})}"
    link = tag("a", user_text(found.belongs_to), href=path)
    return notice(join("The identity of this name belongs to another subject: ", link, "."))


def _session(subject: str, one: Session) -> Sequence[Child]:
    began = moment(one.auth_time)
    return (
        began,
        user_text(one.device or "", otherwise="not named"),
        _action(subject, "end", "End …", session=one.id),
        user_text(one.client_id),
        user_text(one.connection),
        moment(one.expires_at),
        tag("code", one.id),
    )


def _action(subject: str, action: str, text: str, *, session: str = "") -> Html:
    """Return the way to the page that asks once more."""
    fields = {"action": action, "subject": subject, **({"session": session} if session else {})}
    about = tag("span", f" session {session}", class_="hidden") if session else None
    return tag("a", text, about, href=f"confirm?{urlencode(fields)}", class_="button")
