"""What goes back to a browser, and the headers that each answer has."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from accredit.web.elements import Html, document

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Not `no-referrer`: with that, browsers hide the origin of our own forms, which is looked at.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())

    async def send(self, send: Send, *, with_body: bool) -> None:
        """Send it; to a HEAD without its body."""
        told = [*HEADERS.items(), ("content-type", self.content_type), ("content-length", str(len(self.body)))]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*told, *self.headers)]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body if with_body else b""})


def page(root: Html, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Answer with a page."""
    return Answer(status=status, body=document(root), headers=headers)


def plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """Answer with a sentence, where there is no page."""
    return Answer(status=status, body=f"{text}\n".encode(), content_type="text/plain; charset=utf-8", headers=headers)


def see_other(path: str, *headers: tuple[str, str]) -> Answer:
    """Lead on to a page of ours, which is then read by GET. Source: RFC 9110 section 15.4.4."""
    return Answer(status=303, headers=(("location", path), *headers))
