"""Signed requests, as Facebook posts them when somebody removes the app or wants data deleted.

Source: https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent, NoticeKind
from accredit.testing import ACCEPTED, NoticeSample, person
from accredit_facebook.simulator.app import APP_SECRET, FOREIGN_APP_SECRET

_FORM = "application/x-www-form-urlencoded"
_DELETION = "for=deletion"
_WEEK_S = 7 * 86_400


def notice_samples(now: int) -> Iterator[NoticeSample]:
    """Yield what Facebook may post `now`, in epoch seconds: genuine ones first."""
    ada, grace = str(person("ada").number), str(person("grace").number)
    said = {"user_id": ada, "algorithm": "HMAC-SHA256", "issued_at": now}
    hers = {**said, "user_id": grace}
    yield _sample("deauthorized", "Ada removes the app", said, kind="consent_revoked")
    yield _sample("another-user", "Grace removes it, too", hers, kind="consent_revoked")
    lower = {**said, "algorithm": "hmac-sha256", "issued_at": now - 60}
    yield _sample("lower-case", "as it has been seen", lower, kind="consent_revoked")
    yield _sample("deletion", "Ada wants her data deleted", said, kind="data_deletion_requested", query=_DELETION)
    yield _sample("stale", "a week old, and a second", {**said, "issued_at": now - _WEEK_S - 1})
    yield _sample("login", "what the SDK puts into a cookie", {**said, "code": "AQD-sim"})
    for name, query in (("foreign", ""), ("foreign-deletion", _DELETION)):
        yield _sample(name, "of another app", said, secret=FOREIGN_APP_SECRET, query=query)


def signed_request(said: Mapping[str, object], secret: str = APP_SECRET) -> str:
    """Return a signed request: the signature is over the text of the payload."""
    payload = _encoded(json.dumps(said).encode())
    return f"{_encoded(hmac.digest(secret.encode(), payload.encode(), 'sha256'))}.{payload}"


def _sample(
    name: str,
    about: str,
    said: Mapping[str, object],
    *,
    kind: NoticeKind | None = None,
    query: str = "",
    secret: str = APP_SECRET,
) -> NoticeSample:
    sent = signed_request(said, secret)
    return NoticeSample(
        name=name,
        about=about,
        query=query,
        headers={"content-type": _FORM},
        body=urlencode({"signed_request": sent}).encode(),
        proof=sent.partition(".")[0],
        events=() if kind is None else (NoticeEvent(kind, str(said["user_id"])),),
        expected=InvalidNotice.reason if kind is None else ACCEPTED,
        is_foreign=secret != APP_SECRET,
    )


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
