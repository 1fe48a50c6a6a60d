"""Snippets of the playground, with what they have to send."""

from typing import Any

from accredit.playground.snippets.javascript import javascript
from accredit.playground.snippets.request import request_of

HOSTILE = 'it\'s "a" \\u0041 ${b} `c` \n\r\t\0\u2028\u2029\u202e\ufeff é雪😀 +&=;</script><!--'
"""A text that means something in JavaScript."""


def hostile() -> list[dict[str, Any]]:
    """Return requests of each kind: `code` sends `fields` to `url`."""
    return [
        _made("https://127.0.0.1/oauth/token", {"client_id": "my-app", "access_token": HOSTILE, "empty": ""}, kind)
        for kind in ("json", "form")
    ]


def login(url: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Return a request that logs in."""
    return _made(f"{url}/oauth/access_token", parameters, "json")


def _made(url: str, fields: dict[str, str], kind: str) -> dict[str, Any]:
    request = request_of("POST", url, authorization="", fields=fields, is_json=kind == "json")
    assert request is not None
    return {"code": javascript(request), "url": url, "fields": fields, "kind": kind}
