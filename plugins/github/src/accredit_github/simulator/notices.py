"""The deliveries of the webhook of our sample app.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent
from accredit.testing import ACCEPTED, NoticeSample, Person, person

WEBHOOK_SECRET: Final = "sim-github-webhook-secret"  # noqa: S105  # published, of an app that does not exist
FOREIGN_WEBHOOK_SECRET: Final = "sim-github-webhook-secret-of-others"  # noqa: S105  # as above
EVENT: Final = "github_app_authorization"
DELIVERY_ID: Final = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def revoked(someone: Person) -> dict[str, Any]:
    """Return what is told of a user who has taken back what they granted to the app."""
    sender = {"login": someone.screen_name, "id": someone.number, "type": "User", "site_admin": False}
    return {"action": "revoked", "sender": sender}


def ping() -> dict[str, Any]:
    """Return what is told when the webhook is set up."""
    return {"zen": "Anything added dilutes everything else.", "hook_id": 109948940, "hook": {"type": "App"}}


def body_of(said: Mapping[str, Any]) -> bytes:
    """Return a payload as GitHub writes it."""
    return json.dumps(said, separators=(",", ":")).encode()


def headers_of(
    body: bytes, event: str, *, delivery_id: str = DELIVERY_ID, secret: str = WEBHOOK_SECRET
) -> dict[str, str]:
    """Return the headers of a delivery, with the signature of its body."""
    return {
        "User-Agent": "GitHub-Hookshot/044aadd",
        "Content-Type": "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery_id,
        "X-Hub-Signature-256": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}",
    }


def notice_samples() -> Iterator[NoticeSample]:
    """Yield what the webhook may be sent: genuine deliveries first."""
    ada, grace = person("ada"), person("grace")
    left, hers = body_of(revoked(ada)), NoticeEvent("consent_revoked", str(ada.number))
    form = urlencode({"payload": left.decode()}).encode()
    of_grace = body_of(revoked(grace))
    yield _sample("revoked", "Ada takes back the grant", left, events=(hers,))
    yield _sample("form", "from a webhook that is set to send forms", form, events=(hers,))
    yield _sample(
        "another-user", "Grace does so, too", of_grace, events=(NoticeEvent("consent_revoked", str(grace.number)),)
    )
    yield _sample("ping", "the webhook is set up", body_of(ping()), event="ping", events=(NoticeEvent("test"),))
    installed = body_of({**revoked(ada), "action": "deleted", "installation": {"id": 1}})
    yield _sample("installation", "none of our business", installed, event="installation")
    alert = body_of({**revoked(ada), "alert": {"number": 1}})
    yield _sample("another-event", "a signed body under another name", alert, expected=InvalidNotice.reason)
    yield _sample("foreign", "of another app", left, secret=FOREIGN_WEBHOOK_SECRET, expected=InvalidNotice.reason)


def _sample(
    name: str,
    about: str,
    body: bytes,
    *,
    event: str = EVENT,
    events: tuple[NoticeEvent, ...] = (),
    expected: str = ACCEPTED,
    secret: str = WEBHOOK_SECRET,
) -> NoticeSample:
    headers = headers_of(body, event, delivery_id=f"sim-{name}", secret=secret)
    return NoticeSample(
        name=name,
        about=about,
        headers=headers,
        body=body,
        proof=headers["X-Hub-Signature-256"],
        events=events,
        expected=expected,
        is_foreign=secret != WEBHOOK_SECRET,
        is_repeatable=True,  # the id of the delivery is not signed, and the body has none
    )
