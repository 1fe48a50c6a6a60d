"""What a strategy asks to be sent, as one `Request`; or its fault, where that cannot be sent as it stands.

Nothing here quotes a value: a form, a JSON body and Basic credentials hold tokens and secrets.
"""

import base64
import json
import re
import string
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

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
_UNRESERVED = f"{string.ascii_letters}{string.digits}-._~".encode()
"""What stands for itself in a query: most tokens, ids and names. Source: RFC 3986 section 2.3."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def request_of(
    method: str,
    address: Address,
    *,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: Any = None,
    no_body: bool = False,
    basic: Basic | None = None,
    headers: Mapping[str, str] | None = None,
    reads_only: bool = False,
    proxy: SecretStr | None = None,
) -> Request:
    """Return a call as it goes out; no I/O. All but `proxy` is as a strategy has put it.

    Raises:
        PluginFailed: it cannot be sent as it stands.
    """
    try:
        query = _urlencoded(params) if params else ""
        all_headers = {"host": address.authority, **_HEADERS}
        content = b""
        if no_body:
            if form is not None or json is not None:
                raise _unsendable("it has a body and no_body=True")
            all_headers["content-length"] = "0"
        elif json is not None or method == "POST":
            content = _urlencoded(form or {}).encode() if json is None else _json(json, form)
            all_headers["content-type"] = _FORM if json is None else "application/json"
            all_headers["content-length"] = str(len(content))
        if headers:
            _add(headers, all_headers)
        if basic is not None:
            if "authorization" in all_headers:
                raise _unsendable("it has basic= and a header Authorization")
            all_headers["authorization"] = _basic(basic)
    except (ValueError, TypeError, AttributeError) as exc:
        # Not chained: its message may quote what was to be sent.
        raise _unsendable(type(exc).__name__) from None
    return Request(method, address, query, tuple(all_headers.items()), content, reads_only, proxy)


def _json(value: object, form: Mapping[str, str] | None) -> bytes:
    if form is not None:
        raise _unsendable("it has a form and a JSON body")
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, TypeError, RecursionError) as exc:
        raise _unsendable(f"JSON cannot hold its body: {type(exc).__name__}") from None


def _add(own: Mapping[str, str], headers: dict[str, str]) -> None:
    """Add a strategy's own headers. Letter case does not tell them apart: one takes the place of ours."""
    for name, value in own.items():
        key = str.lower(name)
        if key in _OURS:
            raise _unsendable(f"the header {key} is not a strategy's to set")
        if not (key.isascii() and str.isascii(value)):
            raise _unsendable("one of its headers is not in ASCII")
        headers[key] = value


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


def _urlencoded(fields: Mapping[Any, Any]) -> str:
    """Return a form or query. A value that is no text would be sent as `None`, or as the stars of a `SecretStr`."""
    try:
        whole = "".join([*fields, *fields.values()])
    except TypeError:
        raise _unsendable("a field of its form or query is no text") from None
    if whole.encode().translate(None, _UNRESERVED):
        return "&".join([f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()])
    return "&".join(map("=".join, fields.items()))
