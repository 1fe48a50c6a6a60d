"""Values of labels that stay few, whatever strangers send: each makes series that live as long as the process."""

from accredit.audit.event import Event
from accredit.audit.events import (
    ClientTokenEvent,
    ExchangeEvent,
    IntrospectionEvent,
    NonceEvent,
    ProviderNoticeEvent,
    RefreshEvent,
    RequestEvent,
    ReuseEvent,
    RevocationEvent,
    TokenEvent,
    TokeninfoEvent,
    UserinfoEvent,
    VerifyEvent,
)

MOST_VALUES = 200
"""So many different values a label may have, of which all others are `OTHER`."""
OTHER = "other"
NOBODYS = "none"
"""The connection of a request that named none that is configured, or has none."""

_REQUESTS: dict[type[Event], str] = {
    ExchangeEvent: "exchange",
    VerifyEvent: "verify",
    RefreshEvent: "refresh",
    ReuseEvent: "refresh",
    ClientTokenEvent: "client_credentials",
    TokenEvent: "token",
    NonceEvent: "nonce",
    RevocationEvent: "revocation",
    IntrospectionEvent: "introspection",
    UserinfoEvent: "userinfo",
    TokeninfoEvent: "tokeninfo",
    ProviderNoticeEvent: "notice",
}
_ANSWERS = {2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx", 0: "none"}


class Values:
    """The values of one label, of which there are at most `MOST_VALUES`: names come from settings and from plugins."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        """Return the value, `OTHER` where there are too many already, `NOBODYS` where it is empty."""
        if not value:
            return NOBODYS
        if value not in self._known:
            if len(self._known) >= MOST_VALUES:
                return OTHER
            self._known.add(value)
        return value


def request_of(kind: type[RequestEvent]) -> str:
    """Return which request an event of this type tells of."""
    return _REQUESTS.get(kind, OTHER)


def answer_of(status: int | None) -> str:
    """Return which kind of answer a provider gave: `2xx` and so on, `none` where there was none."""
    return _ANSWERS.get((status or 0) // 100, OTHER)
