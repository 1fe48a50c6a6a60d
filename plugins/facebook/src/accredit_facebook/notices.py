"""What Facebook posts of its own accord: a `signed_request`, as a user removes the app or wants its data deleted.

Both callbacks have the same body, so the address says which one it is: data deletion is `?for=deletion`.
Source: https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

from accredit.errors import InvalidNotice
from accredit.notices import (
    Notice,
    NoticeAnswer,
    NoticeEvent,
    NoticeRequest,
    confirmation_code,
    form_fields,
    json_object,
)
from accredit_facebook.answers import is_user_id

_OLDEST_S = 7 * 86_400
"""Facebook documents no end of a signed request: a week is our choice, so that ids can be forgotten."""
_SKEW_S = 300


def read_signed_request(request: NoticeRequest, *, app_id: str, secrets: Sequence[bytes], now: float) -> Notice:
    """Verify a signed request by one of `secrets`, of which the first is today's, and say what it tells.

    Raises:
        InvalidNotice: it is forged, malformed, too old, or of a login.
    """
    if request.method != "POST":
        raise InvalidNotice("not by POST")
    kind = _kind_of(request.query)
    signature, dot, payload = form_fields(request.body).get("signed_request", "").partition(".")
    # Over the text of the payload, not what it decodes to. The signature may be padded, as one observer has seen.
    expected, shown = (
        [hmac.digest(one, payload.encode(), "sha256") for one in secrets],
        _decoded(signature, "signature"),
    )
    if not dot or not any(hmac.compare_digest(one, shown) for one in expected):
        raise InvalidNotice("wrong signature")
    said = json_object(_decoded(payload, "payload"))
    algorithm, user_id, issued_at = said.get("algorithm"), said.get("user_id"), said.get("issued_at")
    if not isinstance(algorithm, str) or algorithm.upper() != "HMAC-SHA256":
        raise InvalidNotice("another algorithm")
    # The SDK for pages puts signed requests with a code into cookies: those are logins, and tell of nobody's leaving.
    if "code" in said or "oauth_token" in said:
        raise InvalidNotice("a signed request of a login")
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise InvalidNotice("user_id is no app-scoped user id")
    if type(issued_at) is not int or not now - _OLDEST_S <= issued_at <= now + _SKEW_S:
        raise InvalidNotice("issued_at is too old, or no time")
    notice_id = f"{kind} {hashlib.sha256(payload.encode()).hexdigest()}"
    answer, facts = NoticeAnswer(), dict[str, str | int | bool]()
    if kind == "data_deletion_requested":
        code = confirmation_code(secrets[0], notice_id)
        answer = NoticeAnswer.json({"url": request.status_url(code), "confirmation_code": code})
        facts["confirmation_code"] = code
    return Notice(
        audience=(app_id,),  # its secret has signed
        events=(NoticeEvent(kind, user_id, facts),),
        answer=answer,
        id=notice_id,
        replayable_s=_OLDEST_S + 2 * _SKEW_S,
    )


def _kind_of(query: str) -> Literal["consent_revoked", "data_deletion_requested"]:
    match query:
        case "":
            return "consent_revoked"
        case "for=deletion":
            return "data_deletion_requested"
    raise InvalidNotice("another query than for=deletion")


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=").encode() + b"=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise InvalidNotice(f"the {name} is no base64url") from None
