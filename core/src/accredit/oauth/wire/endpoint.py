"""What an endpoint is: one line of the table in `accredit.oauth.endpoints`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from accredit.audit.events import EndpointEvent
from accredit.oauth.wire.answer import Answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.record import Record

Handle = Callable[[Call, Record], Awaitable[Answer]]
"""Answers the calls of one endpoint, of its methods only; notes in the record what it learns."""
Respond = Callable[[Call], Awaitable[Answer]]
"""Answers every request to one path."""

PartsT = TypeVar("PartsT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[PartsT]):
    """One endpoint, and all that is said of it elsewhere."""

    path: str
    """Below the issuer. A name in braces stands for any one part: see `accredit.oauth.wire.paths`."""
    make: Callable[[PartsT], Handle]
    """Make what answers, once for an app, of the parts that it needs."""
    methods: tuple[str, ...] = ("POST",)
    """Which it answers. GET alone makes it a document, the same for everybody: it has HEAD, and no OPTIONS. The others
    are called by pages of clients' `allowed_origins`."""
    event: type[EndpointEvent] | None = None
    """What its calls are told as. None: they are not, or it tells them itself."""
    published_as: str = ""
    """Its name in the discovery document, such as `revocation_endpoint`; empty where it has none."""
    is_for_servers: bool = False
    """It is called by other servers, and so by no page: no origin may read its answers."""
    client_authentication: tuple[str, ...] = ()
    """How clients authenticate, as the discovery document says it; empty where they do not."""
    is_assertion_audience: bool = False
    """Its address may stand as `aud` in a client's signed assertion, as the issuer may. Source: RFC 7523 section 3."""
    grant_type: str = ""
    """The grant type that the path stands for; those that `/oauth/token` knows are a table of their own."""

    @property
    def is_document(self) -> bool:
        """It is only read."""
        return self.methods == ("GET",)


def address_of(endpoint: Endpoint[Any], issuer: str) -> str:
    """Return the URL of an endpoint."""
    return f"{issuer.rstrip('/')}{endpoint.path}"
