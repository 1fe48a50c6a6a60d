"""Calls of the unlink webhook, by each way that Kakao lets an app choose."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent, NoticeKind
from accredit.testing import ACCEPTED, NoticeSample, person
from accredit_kakao.simulator.tokens import ADMIN_KEY, APP_ID, FOREIGN_ADMIN_KEY, FOREIGN_ID

_UNLINKED = "UNLINK_FROM_APPS"
_WAYS = ("get", "form", "json")


def notice_samples() -> Iterator[NoticeSample]:
    """Yield what Kakao may send: genuine ones first."""
    for way in _WAYS:
        yield _sample(f"unlinked-{way}", "Ada unlinks the app", way, kind="consent_revoked")
        yield _sample(f"deleted-{way}", "her account is gone", way, kind="account_deleted", reason="ACCOUNT_DELETE")
    yield _sample("another-user", "Grace unlinks it, too", "form", kind="consent_revoked", key="grace")
    for way in _WAYS:
        yield _sample(f"foreign-{way}", "of another app", way, app_id=FOREIGN_ID, admin_key=FOREIGN_ADMIN_KEY)


def _sample(
    name: str,
    about: str,
    way: str,
    *,
    kind: NoticeKind | None = None,
    key: str = "ada",
    reason: str = _UNLINKED,
    app_id: int = APP_ID,
    admin_key: str = ADMIN_KEY,
) -> NoticeSample:
    user_id = str(person(key).number)
    said = {"app_id": str(app_id), "user_id": user_id, "referrer_type": reason}
    headers, body = {"authorization": f"KakaoAK {admin_key}"}, b""
    if way != "get":
        is_json = way == "json"
        media_type = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers["content-type"] = f"{media_type};charset=utf-8"
        body = (json.dumps(said) if is_json else urlencode(said)).encode()
    return NoticeSample(
        name=name,
        about=about,
        method="GET" if way == "get" else "POST",
        query=urlencode(said) if way == "get" else "",
        headers=headers,
        body=body,
        proof=admin_key,
        events=() if kind is None else (NoticeEvent(kind, user_id, {"reason": reason}),),
        expected=InvalidNotice.reason if kind is None else ACCEPTED,
        is_foreign=app_id != APP_ID,
        is_repeatable=True,  # who has come back may leave again, in the same words
    )
