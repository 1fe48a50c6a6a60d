"""What a browser has sent."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_BODY_BYTES = 8192
_MOST_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"


class Unreadable(Exception):
    """A form is none, or too long; the message says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `fields` are of the query or, of a POST, of the form."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    """By their names in small letters; of several with one name, the last."""
    fields: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Self:
        """Read the head of a request.

        Raises:
            Unreadable: its query is too long, or no ASCII.
        """
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        method, path = scope["method"], scope["path"]
        fields = {} if method == "POST" else _fields(scope["query_string"])
        return cls(method=method, path=path, headers=headers, fields=fields)

    async def with_form(self, receive: Receive, *, most_bytes: int = MOST_BODY_BYTES) -> Self:
        """Return it with the fields of its form, which has at most so many bytes.

        Raises:
            Unreadable: the form is none, or too long.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise Unreadable("only forms are read")
        return replace(self, fields=_fields(await _body(receive, most_bytes)))

    def cookie(self, name: str) -> str:
        """Return a cookie, empty where there is none."""
        for part in self.headers.get("cookie", "").split(";"):
            found, _, value = part.strip().partition("=")
            if found == name:
                return value
        return ""

    def field(self, name: str) -> str:
        """Return a field without the blanks around it, empty where there is none."""
        return self.fields.get(name, "").strip()


async def _body(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":  # half a form could name somebody else
            raise Unreadable("the form has not arrived as a whole")
        body += message.get("body", b"")
        if len(body) > most:
            raise Unreadable("the form is too long")
        if not message.get("more_body", False):
            return bytes(body)


def _fields(written: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(written.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:  # not ASCII, or too many
        raise Unreadable("the form cannot be read") from None
