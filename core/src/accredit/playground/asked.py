"""What a request asks for: its fields, and which of them may be kept."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import parse_qsl

from accredit.audit.redact import without
from accredit.errors import ExchangeError
from accredit.explaining.page.values import Placeholder
from accredit.explaining.plain import is_plain
from accredit.oauth.wire.fields import read_fields

_NAME = re.compile("[A-Za-z_]{1,24}[0-9]{0,3}")
_SEGMENT = re.compile("[a-z0-9._-]{1,30}")
"""What a parameter, and a part of a path, may be called: a token has other characters, or is longer."""
_SCHEMES = frozenset({"basic", "bearer", "dpop"})
_MOST_FIELDS = 40
_CREDENTIALS = ("access_token", "code", "subject_token")
_HEADERS = ("content-type", "authorization", "origin", "user-agent")
_LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request holds, in full."""

    headers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    is_json: bool

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may be a secret: whatever is not known to be none."""
        values = [value for name, value in self.fields.items() if not is_plain(name, value)]
        values += [name for name in self.fields if not _NAME.fullmatch(name)]
        return tuple(one for one in (*values, _authorization(self.headers)[1]) if one)

    def credential(self, key: bytes) -> bytes:
        """Return the fingerprint, under `key`, of the connection and what shows who somebody is; empty without."""
        shown = next((self.fields[name] for name in _CREDENTIALS if self.fields.get(name)), "")
        if not shown:
            return b""
        written = "\n".join((self.fields.get("connection", ""), shown, self.fields.get("access_token_secret", "")))
        return hmac.digest(key, written.encode("utf-8", "replace"), hashlib.sha256)

    def blanked(self) -> "Asked":
        """Return it without secrets: their length stands in their place. Of many fields the first are kept."""
        hidden = self.secrets
        fields = {
            name if _NAME.fullmatch(name) else _blank(name): without(hidden, value)
            if is_plain(name, value)
            else _blank(value)
            for name, value in islice(self.fields.items(), _MOST_FIELDS)
        }
        headers = {name: without(hidden, value) for name, value in self.headers.items()}
        if "authorization" in headers:
            scheme, shown = _authorization(self.headers)
            headers["authorization"] = Placeholder(f"{scheme} {_blank(shown)}".strip())
        return Asked(headers=headers, fields=fields, is_json=self.is_json)


def blanked_path(path: str) -> str:
    """Return a path without what may be a token, and is no name of ours: its length stands in its place."""
    return "/".join(part if not part or _SEGMENT.fullmatch(part) else _blank(part) for part in path.split("/"))


def asked(headers: Mapping[str, str], query: bytes, body: bytes) -> Asked:
    """Read what was sent. What cannot be read has no fields."""
    kept = {name: headers[name][:_LONGEST_HEADER] for name in _HEADERS if name in headers}
    if "authorization" in headers:
        kept["authorization"] = headers["authorization"]
    content_type = headers.get("content-type", "")
    is_json = "json" in content_type.lower()
    try:
        read = read_fields(body, content_type)[0] if body else dict(parse_qsl(query.decode("latin-1")))
    except (ExchangeError, ValueError):
        read = {}
    shown = [(str(name), value if isinstance(value, str) else repr(value)) for name, value in read.items()]
    return Asked(headers=kept, fields=dict(shown), is_json=is_json)


def _authorization(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the scheme, empty where it may be a secret itself, and what may be one."""
    written = headers.get("authorization", "")
    scheme, _, shown = written.partition(" ")
    return (scheme, shown.strip()) if scheme.lower() in _SCHEMES and shown.strip() else ("", written)


def _blank(value: str) -> str:
    return Placeholder(f"[{len(value)} characters]")
