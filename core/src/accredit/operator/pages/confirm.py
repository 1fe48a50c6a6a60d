"""Asks once more before something is done that cannot be undone."""

from urllib.parse import urlencode

from accredit.operator.layout import post, shell
from accredit.operator.sessions import SignedIn
from accredit.web.elements import Html, join, tag, user_text

QUESTIONS = {
    "block": (
        "Block",
        "Every login of this subject is refused from now on, and all its sessions end. Where an API does not ask, "
        "access tokens live on until they expire.",
    ),
    "unblock": ("Unblock", "This subject may log in again. Its sessions stay ended."),
    "end": ("End the session", "Refreshing, userinfo and introspection refuse its tokens at once."),
    "end-all": ("End all sessions", "This subject is logged out everywhere. It may log in again."),
}
"""By action: what the button says, and what will happen."""


def confirm(signed_in: SignedIn, *, action: str, subject: str, session: str = "") -> Html:
    """Return the page. `action` is one of `QUESTIONS`."""
    verb, about = QUESTIONS[action]
    named = join(tag("dt", "Subject"), tag("dd", user_text(subject)))
    if session:
        named = join(named, tag("dt", "Session"), tag("dd", tag("code", session)))
    cancel = tag("a", "Cancel", href=f"subject?{urlencode({'subject': subject})}", class_="button quiet")
    fields = {"action": action, "subject": subject, **({"session": session} if session else {})}
    return shell(
        f"{verb}?",
        tag("h1", f"{verb}?"),
        tag("dl", named),
        tag("p", about),
        post(
            "do",
            signed_in,
            tag("p", tag("button", verb, type="submit", class_="danger"), cancel, class_="bar"),
            **fields,
        ),
        at="subject",
        signed_in=signed_in,
    )
