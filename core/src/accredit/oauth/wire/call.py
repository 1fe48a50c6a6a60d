"""A request, whatever framework it came through."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple


class Call(NamedTuple):
    """One request to one endpoint. It shows nothing in its `repr`: headers and body hold secrets."""

    method: str
    """In capitals."""
    header: Callable[[str], str]
    """Return the header of this name, which is written in lower case: empty where it was not sent, the first where it
    was sent twice."""
    read: Callable[[], Awaitable[bytes]]
    """Return the body, bounded in size and time; to be called once, if at all.

    Raises:
        MalformedBody: it is too large or too slow.
        Abandoned: the client has left before it was whole.
    """
    address: str = ""
    """Of who has sent it: the peer's, or what a trusted proxy says; empty where nobody knows."""
    parts: Mapping[str, str] = {}
    """What stands in the path for the names in the endpoint's, decoded; see `accredit.oauth.wire.paths`."""
    query: str = ""
    """As it was sent, without the question mark; of endpoints with such names alone."""

    def __repr__(self) -> str:
        return "Call()"
