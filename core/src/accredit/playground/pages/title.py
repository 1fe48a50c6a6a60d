"""What became of a request, in a few words."""

from accredit.audit.events import ExchangeEvent, RequestEvent
from accredit.playground.pages.why import title_of
from accredit.playground.recording import Recording
from accredit.web.elements import Child, user_text

_DONE = {
    "token.refreshed": "New tokens for the same login",
    "token.issued": "A token for the client itself",
    "nonce.issued": "A nonce was given out",
    "token.revoked": "The session has ended",
    "token.revocation_ignored": "Nothing was left to end",
    "token.introspected": "The token is good",
    "userinfo.stated": "Who the user is",
    "tokeninfo.stated": "Who the user is",
    "notice.received": "The provider has told something",
    "notice.repeated": "The provider has told it before",
}


def title(recording: Recording) -> Child:
    """Return it as a heading says it."""
    event = recording.event
    if event is None:
        return f"Status {recording.status}" if recording.status else "Nobody waited for the answer"
    if event.outcome != "accepted":
        return title_of(event.reason)
    if isinstance(event, ExchangeEvent):
        name = recording.profile.name if recording.profile else None
        return [user_text(name or "Somebody"), " is logged in"]
    return _done(event)


def _done(event: RequestEvent) -> str:
    return _DONE.get(event.name, event.name)
