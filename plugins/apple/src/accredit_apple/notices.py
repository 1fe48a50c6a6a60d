"""What Apple tells of its own accord, signed: a user has left, or mail to a relay address works no more.

Source: https://developer.apple.com/documentation/signinwithapple/processing-changes-for-sign-in-with-apple-accounts
"""

from collections.abc import Mapping
from typing import Any

from accredit.errors import InvalidNotice
from accredit.models import is_user_id
from accredit.notices import NoticeEvent, NoticeKind, NoticeRequest, json_object

_KINDS: Mapping[str, NoticeKind] = {
    "consent-revoked": "consent_revoked",
    # Apple's page says the second, what it has sent for years the first.
    "account-delete": "account_deleted",
    "account-deleted": "account_deleted",
    "email-enabled": "email_relay_changed",
    "email-disabled": "email_relay_changed",
}


def read_payload(request: NoticeRequest) -> str:
    """Return the signed text that Apple has posted.

    Raises:
        InvalidNotice: there is none.
    """
    if request.method != "POST":
        raise InvalidNotice("not by POST")
    payload = json_object(request.body).get("payload")
    if not isinstance(payload, str):
        raise InvalidNotice("payload is missing, or no text")
    return payload


def read_event(event: Mapping[str, Any]) -> tuple[NoticeEvent, ...]:
    """Return the event of a verified payload; none where it is of a type that is not known here.

    Raises:
        InvalidNotice: it names nobody.
    """
    event_type, user_id = event.get("type"), event.get("sub")
    kind = _KINDS.get(event_type) if isinstance(event_type, str) else None
    if kind is None:
        return ()
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise InvalidNotice("sub of the event is missing, or no id")
    facts: dict[str, str | int | bool] = {}
    if kind == "email_relay_changed":
        facts["enabled"] = event_type == "email-enabled"
        if isinstance(event.get("email"), str):
            facts["email"] = event["email"]
    happened_at_ms = event.get("event_time")
    if type(happened_at_ms) is int and happened_at_ms > 0:  # not isinstance: True is an int
        facts["event_time"] = happened_at_ms // 1000
    return (NoticeEvent(kind, user_id, facts),)
