"""What GitHub tells of its own accord: the deliveries of a GitHub App's webhook, of which one is about logins.

Sources: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries,
https://docs.github.com/en/webhooks/webhook-events-and-payloads#github_app_authorization
"""

import hmac
import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from accredit.errors import InvalidNotice
from accredit.notices import Notice, NoticeEvent, NoticeRequest, form_fields, json_object
from accredit_github.answers import read_user_id

_DELIVERY = re.compile(r"[0-9A-Za-z-]{1,100}")
_OF_ANY_EVENT = frozenset({"sender", "installation", "organization", "enterprise"})
"""What a payload may have beside its `action`, whatever it is about; what it is about is a field of its own."""


def read_delivery(request: NoticeRequest, *, client_id: str, secret: SecretStr | None) -> Notice:
    """Verify a delivery, and say what it tells. Without a secret nothing is believed.

    The signature covers the body alone. So the name of the event, in a header, must fit what is signed; and the id of a
    delivery tells what GitHub sends again, not what somebody replays who has got hold of a delivery.

    Raises:
        InvalidNotice: it is forged or malformed, or there is no secret.
    """
    if secret is None:
        raise InvalidNotice("webhook_secret is not set")
    if request.method != "POST":
        raise InvalidNotice("not by POST")
    expected = f"sha256={hmac.digest(secret.get_secret_value().encode(), request.body, 'sha256').hex()}"
    shown = request.header("x-hub-signature-256").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(shown, expected.encode()):
        raise InvalidNotice("wrong signature")
    delivery_id = request.header("x-github-delivery")
    if not _DELIVERY.fullmatch(delivery_id):
        raise InvalidNotice("X-GitHub-Delivery is missing, or no id")
    events = _read_events(request.header("x-github-event"), _payload(request.body))
    return Notice(id=delivery_id, audience=(client_id,), events=events)  # the app's secret has signed


def _payload(body: bytes) -> Mapping[str, Any]:
    """Return what is told: as JSON or, as it is said at the webhook, in a field of a form."""
    return json_object(body if body.startswith(b"{") else form_fields(body).get("payload", ""))


def _read_events(name: str, said: Mapping[str, Any]) -> tuple[NoticeEvent, ...]:
    if name == "ping":
        return (NoticeEvent("test"),)
    if name != "github_app_authorization" or said.get("action") != "revoked":
        return ()
    # Of another event that was signed by the same secret, say of a leaked secret that was revoked, only the header
    # could have been changed.
    if said.keys() - _OF_ANY_EVENT - {"action"}:
        raise InvalidNotice("the payload is of another event")
    sender = said.get("sender")
    user_id = read_user_id(sender.get("id")) if isinstance(sender, dict) else None
    if user_id is None:
        raise InvalidNotice("the id of sender is no whole number")
    return (NoticeEvent("consent_revoked", user_id),)
