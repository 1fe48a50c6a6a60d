"""The ways in which one call of a login fails."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx

Failure = Callable[[], httpx.Response]
"""What a call gets instead of its answer: a response, or what it raises."""

_HTML = b"<!DOCTYPE html><title>Just a moment...</title><p>Please wait."


def _answers(status: int, body: bytes = b"", **headers: str) -> Failure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: httpx.Response(status, headers=named, stream=httpx.ByteStream(body))


def _raises(error: type[Exception]) -> Failure:
    def fail() -> Any:
        raise error("the kit lets this call fail")

    return fail


_AS_JSON = {"content_type": "application/json"}
OUTAGES: Mapping[str, Failure] = {
    "500": _answers(500, b"Internal Server Error"),
    "502 with a page": _answers(502, _HTML, content_type="text/html"),
    "504 with a page": _answers(504, _HTML, content_type="text/html"),
    "503": _answers(503, b"", retry_after="30"),
    "503 with an error in JSON": _answers(503, b'{"error": "temporarily_unavailable"}', **_AS_JSON),
    "429 without a word": _answers(429),
    "a time-out": _raises(httpx.ReadTimeout),
    "silence until our own time is over": _raises(TimeoutError),
    "a connection that is reset": _raises(httpx.ReadError),
    "no connection": _raises(httpx.ConnectError),
    "an answer that breaks off": _raises(httpx.RemoteProtocolError),
    "nonsense": _answers(200, b"\xff\xfe\x00{]", **_AS_JSON),
    "half an answer": _answers(200, b'{"id": "1", "na', **_AS_JSON),
    "nothing": _answers(200, b"", **_AS_JSON),
    "null": _answers(200, b"null", **_AS_JSON),
    "false": _answers(200, b"false", **_AS_JSON),
    "a list": _answers(200, b"[]", **_AS_JSON),
    "a web page": _answers(200, _HTML, content_type="text/html"),
    "more than is read": _answers(200, b'{"id": "' + b"1" * 300_000 + b'"}', **_AS_JSON),
    "an encoding that nobody asked for": _answers(200, b"\x00", content_encoding="br", **_AS_JSON),
    "no content": _answers(204),
    "a redirect": _answers(302, b"", location="https://elsewhere.example/"),
    "a redirect that keeps the method": _answers(307, b"", location="/elsewhere"),
}
"""What is no verdict on any token: not the provider's word, or none that can be read."""

EMPTY: Mapping[str, Failure] = {"an empty object": _answers(200, b"{}", **_AS_JSON)}
"""What says neither yes nor no; to take the absence of a yes for a no is safe, too."""


_UNLISTED = b'{"error": "kit_never_heard_of", "error_code": 99999, "message": "unheard of"}'
REFUSALS: Mapping[str, Failure] = {
    **{f"{status} with a page": _answers(status, _HTML, content_type="text/html") for status in range(400, 430)},
    "400 with an unlisted error": _answers(400, _UNLISTED, **_AS_JSON),
    "403 with an unlisted error": _answers(403, _UNLISTED, **_AS_JSON),
    "200 with an unlisted error": _answers(200, _UNLISTED, **_AS_JSON),
}
"""What may be a refusal, of whatever; a yes it is not."""


def unheard_of(statuses: Iterable[int]) -> Mapping[str, Failure]:
    """Return refusals without a readable word, of statuses that the simulated provider never answers with."""
    seen = set(statuses)
    unknown = [status for status in (403, 404, 405, 410, 418) if status not in seen]
    return {f"{status} with a page": _answers(status, _HTML, content_type="text/html") for status in unknown}
