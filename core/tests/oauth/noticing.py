"""Notices of Acme: signed by our secret, as simple as they can be."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx
from core.tests.acme import NOTICE_SECRET
from core.tests.bench import Bench

URL = "/notices/acme"


def mac(body: bytes) -> bytes:
    return hmac.new(NOTICE_SECRET, body, "sha256").hexdigest().encode()


def told(*events: tuple[str, str | None], **more: Any) -> tuple[bytes, Mapping[str, str]]:
    """Return the body and the headers of a notice."""
    body = json.dumps({"events": events, **more}).encode()
    return body, {"x-acme-mac": mac(body).decode()}


async def tell(wire: Bench, *events: tuple[str, str | None], url: str = URL, **more: Any) -> httpx.Response:
    """Send a good notice."""
    body, headers = told(*events, **more)
    return await wire.client.post(url, content=body, headers=headers)
