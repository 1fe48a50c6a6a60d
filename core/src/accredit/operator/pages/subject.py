"""One subject: its identities and sessions, and what can be done about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from accredit.operator.layout import shell
from accredit.operator.pages.events import reason_of
from accredit.operator.sessions import SignedIn
from accredit.operator.view.seen import Seen
from accredit.storage import KeptToken, Session
from accredit.web.elements import Child, Html, join, tag, user_text
from accredit.web.pieces import moment, notice, section, state, table

DONE = {
    "block": "The subject is blocked, and its sessions have ended.",
    "unblock": "The subject may log in again.",
    "end": "The session has ended.",
    "end-all": "All its sessions have ended.",
}
"""What is told once it has been done."""
REVOCATIONS = {
    "connection.token_revoked": ("revoked", "good"),
    "connection.token_ended": ("had ended before", "odd"),
    "connection.token_unrevoked": ("not revoked, and kept", "bad"),
}
"""What became of a token that was to be revoked, by the event that tells it."""
_MOST_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a subject. `belongs_to` is whose it is, where what was searched for is an identity's name."""

    subject: str
    is_blocked: bool
    identities: Sequence[tuple[str, str]]
    sessions: Sequence[Session]
    belongs_to: str | None
    tokens: Sequence[KeptToken] = ()
    """Of providers, to be revoked when the subject is erased."""
    revocations: Sequence[Seen] = ()
    """What became of those of others, or of earlier ones: no event says whose they were."""


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
        section("Providers' tokens", _kept(found), id_="tokens"),
    )


def _kept(found: Found) -> Sequence[Child]:
    """Say which tokens are kept, and nothing of them; and what came of the latest that were to be revoked."""
    kept = [
        (user_text(one.connection), user_text(f"{one.namespace} {one.user_id}"), one.kind.replace("_", " "),
         moment(one.kept_at))
        for one in found.tokens
    ]  # fmt: skip
    done = [
        (moment(one.at), user_text(one.connection), state(*REVOCATIONS[one.name]), reason_of(one))
        for one in found.revocations
    ]
    about = (
        "It is revoked when the subject is erased, or the account unlinked. One that is here after that could not be: "
        "do it again, and it is tried again."
    )
    return [
        table(
            "Kept, to tell the provider when the user is gone",
            ("Connection", "Account", "What is kept", "Since (UTC)"),
            kept,
            empty="None is kept.",
        ),
        tag("p", about) if kept else None,
        table(
            "The latest of anybody's that were to be revoked",
            ("Time (UTC)", "Connection", "What became of it", "Why"),
            done,
            empty="Nobody's was to be revoked of late.",
        ),
    ]


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
