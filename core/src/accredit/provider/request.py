"""What a strategy asks to be sent, as one `httpx.Request`; or its fault, where that cannot be sent as it stands.

Nothing here quotes a value: a form, a JSON body and Basic credentials hold tokens and secrets.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from accredit.errors import PluginFailed

Basic = tuple[str, SecretStr]
"""User and password of HTTP's Basic authentication, such as our client id and secret."""

_HEADERS = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "accredit"}
_FORM = "application/x-www-form-urlencoded"
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "proxy-authorization"})
"""Headers that say where a call goes and where it ends: with another `Host` a declared address serves another site."""
_USER = re.compile(r"[\x21-\x39\x3b-\x7e]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One call, as a strategy has put it."""

    method: str
    url: str
    params: Mapping[str, str] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    basic: Basic | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)

    def request(self, extensions: Mapping[str, Any]) -> httpx.Request:
        """Return it as it goes out; no I/O.

        Raises:
            PluginFailed: it cannot be sent as it stands.
        """
        try:
            url = f"{self.url}?{_urlencoded(self.params)}" if self.params else self.url
            content, headers = self._content(), self._headers()
            return httpx.Request(self.method, url, headers=headers, content=content, extensions=dict(extensions))
        except (httpx.InvalidURL, ValueError, TypeError, AttributeError) as exc:
            # Not chained: its message may quote what was to be sent.
            raise _unsendable(type(exc).__name__) from None

    def _content(self) -> bytes | None:
        if self.method != "POST":
            return None
        if self.json is None:
            return _urlencoded(self.form or {}).encode()
        if self.form is not None:
            raise _unsendable("it has a form and a JSON body")
        try:
            return json.dumps(self.json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (ValueError, TypeError, RecursionError) as exc:
            raise _unsendable(f"JSON cannot hold its body: {type(exc).__name__}") from None

    def _headers(self) -> dict[str, str]:
        headers = dict(_HEADERS)
        if self.method == "POST":
            headers["content-type"] = _FORM if self.json is None else "application/json"
        # Letter case does not tell headers apart: an own one takes the place of ours, and does not stand beside it.
        own = {str.lower(name): value for name, value in (self.headers or {}).items()}
        if ours := sorted(_OURS & own.keys()):
            raise _unsendable(f"the header {ours[0]} is not a strategy's to set")
        if self.basic is not None:
            if "authorization" in own:
                raise _unsendable("it has basic= and a header Authorization")
            own["authorization"] = _basic(self.basic)
        return headers | own


def _basic(basic: object) -> str:
    """Return the header of Basic credentials. Source: RFC 7617 section 2, with UTF-8 for the password."""
    match basic:
        case (str(user), SecretStr() as secret):
            password = secret.get_secret_value()
        case _:
            raise _unsendable("basic must be a user and a SecretStr")
    if not _USER.fullmatch(user):
        raise _unsendable("basic=: the user must be visible ASCII characters without a colon (settings type BasicId)")
    if _CONTROL.search(password):
        raise _unsendable("basic=: the password holds a control character")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def _unsendable(why: str) -> PluginFailed:
    return PluginFailed(f"the strategy made a request that cannot be sent: {why}")


def _urlencoded(fields: Mapping[str, str]) -> str:
    """Return a form or query. A value that is no text would be sent as `None`, or as the stars of a `SecretStr`."""
    if not all(isinstance(one, str) for pair in fields.items() for one in pair):
        raise _unsendable("a field of its form or query is no text")
    return urlencode(fields)
