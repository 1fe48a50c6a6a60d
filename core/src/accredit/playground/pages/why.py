"""What became of a request that is no login, and why, in plain words."""

from accredit.explaining.page.prose import explained
from accredit.explaining.page.verdict import headline
from accredit.explaining.reasons import REASONS, words_of
from accredit.playground.pages.latest import outcome
from accredit.playground.recording import Recording
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import facts

_DONE = {
    "token.refreshed": "New tokens for the same login",
    "token.issued": "A token for the app itself",
    "nonce.issued": "A nonce was given out",
    "token.revoked": "The session has ended",
    "token.revocation_ignored": "Nothing was left to end",
    "token.introspected": "The token is good",
    "userinfo.stated": "Who the user is",
    "tokeninfo.stated": "Who the user is",
    "notice.received": "The provider has told something",
    "notice.repeated": "The provider has told it before",
}


def title_of(reason: str) -> str:
    """Return a reason in a few words; of a plugin's own, its name."""
    return REASONS[reason].title if reason in REASONS else reason


def why(recording: Recording, *, about: Child, actions: Child) -> Html:
    """Return what has happened; of a refusal why, and who must do what. The rest is as in `accredit.explaining`."""
    event = recording.event
    words = None if event is None else words_of(event.reason, event.detail)
    told = [] if words is None else explained(words)
    detail = [] if event is None or not event.detail else [("In the log", user_text(event.detail))]
    return headline(
        _title(recording),
        tag("p", outcome(recording)),
        about,
        facts(*told, *detail) if told or detail else None,
        actions,
    )


def _title(recording: Recording) -> str:
    event = recording.event
    if event is None:
        return f"Status {recording.status}" if recording.status else "Nobody waited for the answer"
    if event.outcome != "accepted":
        words = words_of(event.reason, event.detail)
        return event.reason if words is None else words.title
    return _user_stated(recording) or _DONE.get(event.name, event.name)


def _user_stated(recording: Recording) -> str:
    """Return who the user is, where that was asked by a button; empty otherwise: of others nothing is shown."""
    if recording.path != "/userinfo" or not recording.sent.is_made_up:
        return ""
    stated = recording.answer or {}
    return f"The user is {stated.get('name') or stated.get('sub')}"
