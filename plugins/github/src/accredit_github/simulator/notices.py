"""The deliveries of the webhook of our sample app.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from accredit.testing import Person

WEBHOOK_SECRET: Final = "sim-github-webhook-secret"  # noqa: S105  # published, of an app that does not exist
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
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery_id,
        "X-Hub-Signature-256": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}",
    }
