"""What Kakao tells of its own accord: a user has unlinked the app, or the account is gone (the unlink webhook).

It is not signed: Kakao shows the app's admin key, which nobody else knows. Nor does it have an id or a time: what comes
twice has its effect twice, because a user may come back and leave again.
Source: https://developers.kakao.com/docs/latest/en/kakaologin/callback
"""

import hmac
import re
from collections.abc import Mapping
from typing import Any

from accredit.errors import InvalidNotice
from accredit.notices import Notice, NoticeEvent, NoticeKind, NoticeRequest, form_fields, json_object
from accredit.text import digits

_WORD = re.compile(r"[A-Z_]{1,40}")
_DELETED = frozenset({"ACCOUNT_DELETE", "FORCED_ACCOUNT_DELETE"})


def read_unlinking(request: NoticeRequest, *, admin_key: str) -> Notice:
    """Verify a call of the unlink webhook, and say what it tells.

    Raises:
        InvalidNotice: it does not show the admin key, or is malformed.
    """
    shown = request.header("authorization").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(shown, f"KakaoAK {admin_key}".encode()):
        raise InvalidNotice("another admin key, or none")
    said = _fields(request)
    app_id, user_id, reason = digits(said.get("app_id")), digits(said.get("user_id")), said.get("referrer_type")
    if app_id is None or user_id is None:
        raise InvalidNotice("app_id or user_id is no number")
    if not isinstance(reason, str) or not _WORD.fullmatch(reason):
        raise InvalidNotice("referrer_type is no word")
    # Whatever the reason is, the user is unlinked: the words that are not known say so, too.
    kind: NoticeKind = "account_deleted" if reason in _DELETED else "consent_revoked"
    return Notice(audience=(app_id,), events=(NoticeEvent(kind, user_id, {"reason": reason}),))


def _fields(request: NoticeRequest) -> Mapping[str, Any]:
    """Return the parameters: of the query for a GET; of a POST the form, JSON or the query, as none is ruled out."""
    if request.method == "GET" or not request.body:
        return form_fields(request.query)
    media_type = request.header("content-type").partition(";")[0].strip().lower()
    return json_object(request.body) if media_type == "application/json" else form_fields(request.body)
