"""What a strategy asks to be sent, as one `Request`; or its fault, where that cannot be sent as it stands.

Nothing here quotes a value: a form, a JSON body and Basic credentials hold tokens and secrets.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from accredit.errors import PluginFailed
from accredit.provider.transport.messages import Address, Request

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
    params: Mapping[str, str] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    basic: Basic | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)

    def request(self, address: Address, *, reads_only: bool, proxy: SecretStr | None) -> Request:
        """Return it as it goes out; no I/O.

        Raises:
            PluginFailed: it cannot be sent as it stands.
        """
        try:
            query = _urlencoded(self.params) if self.params else ""
            content = self._content()
            headers = self._headers(address.authority, content)
            return Request(self.method, address, query, headers, content, reads_only, proxy)
        except (ValueError, TypeError, AttributeError) as exc:
            # Not chained: its message may quote what was to be sent.
            raise _unsendable(type(exc).__name__) from None

    def _content(self) -> bytes:
        if self.method != "POST":
            return b""
        if self.json is None:
            return _urlencoded(self.form or {}).encode()
        if self.form is not None:
            raise _unsendable("it has a form and a JSON body")
        try:
            return json.dumps(self.json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (ValueError, TypeError, RecursionError) as exc:
            raise _unsendable(f"JSON cannot hold its body: {type(exc).__name__}") from None

    def _headers(self, authority: str, content: bytes) -> tuple[tuple[str, str], ...]:
        headers = {"host": authority, **_HEADERS}
        if self.method == "POST":
            headers["content-type"] = _FORM if self.json is None else "application/json"
            headers["content-length"] = str(len(content))
        if self.headers:
            headers |= _own(self.headers)
        if self.basic is not None:
            if "authorization" in headers:
                raise _unsendable("it has basic= and a header Authorization")
            headers["authorization"] = _basic(self.basic)
        return tuple(headers.items())


def _own(headers: Mapping[str, str]) -> dict[str, str]:
    """Return a strategy's own headers. Letter case does not tell them apart: one takes the place of ours."""
    own = {str.lower(name): value for name, value in headers.items()}
    if not _OURS.isdisjoint(own):
        raise _unsendable(f"the header {min(_OURS & own.keys())} is not a strategy's to set")
    for name, value in own.items():
        if not (name.isascii() and str.isascii(value)):
            raise _unsendable("one of its headers is not in ASCII")
    return own


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
